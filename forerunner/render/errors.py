"""What can be wrong with rendering."""

from forerunner.errors import ForerunnerError


class RenderError(ForerunnerError):
    """A template is missing or asks for data that the host does not have."""
