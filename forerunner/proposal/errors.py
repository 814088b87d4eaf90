"""What can be wrong with an edit that came by Git."""

from forerunner.errors import ForerunnerError


class ProposalError(ForerunnerError):
    """An edit cannot be planned; the message says which, why and what to do."""
