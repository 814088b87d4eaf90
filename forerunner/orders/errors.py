"""What can be wrong with an order, apart from what a single SIM's problem is."""

from forerunner.errors import ForerunnerError


class OrderError(ForerunnerError):
    """An order cannot be taken, or not be carried on; says why and what to do."""


class NumbersTaken(OrderError):
    """A number of the order is in use already, is in quarantine, or a pool has too few."""
