"""Impairing links of a lab: one impairment that stays, or a schedule played in real time."""

from forerunner.lab.impairment import CLEAN, Impairment, apply, clear, current
from forerunner.lab.play import play

__all__ = ["CLEAN", "Impairment", "apply", "clear", "current", "play"]
