"""An engineer's questions, answered from the store and the ledger as plain data.

Each answer is a mapping that JSON holds; `view` shows it on a terminal.
"""

from analytics.answers.asked import Asked, UnknownName, seconds

__all__ = ["Asked", "UnknownName", "seconds"]
