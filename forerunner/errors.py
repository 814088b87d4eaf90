"""The one tree of errors that this package raises for its users to read."""


class ForerunnerError(Exception):
    """Something that a user can mend; the message says where, what and the next step."""


class InvalidData(ForerunnerError):
    """Data from outside does not have the shape that it must have.

    Args:
        source: The file or variable that holds the data.
        field: The path of the field in it, as `links[2].capacity`.
        problem: What is wrong, and what would be right.
    """

    def __init__(self, source: str, field: str, problem: str) -> None:
        super().__init__(f"{source}: {field or 'top level'}: {problem}")
        self.source, self.field, self.problem = source, field, problem
