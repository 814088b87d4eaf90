"""Configuring devices from the inventory: render, compare by meaning, apply, read back."""

from forerunner.configure.operation import Configuration, configure

__all__ = ["Configuration", "configure"]
