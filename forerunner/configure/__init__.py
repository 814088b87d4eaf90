"""Changing configurations: look, order, guard, apply, check, and confirm or put back."""

from forerunner.configure.operation import Configuration, configure
from forerunner.configure.terms import Network, Terms

__all__ = ["Configuration", "Network", "Terms", "configure"]
