"""The ledger: what was predicted, what was meant, what became of it.

SQLite under `var/` by default; PostgreSQL by a URL in `FORERUNNER_LEDGER`. Rows are only ever
added; a record is kept whole as JSON beside the columns that it is looked up by.
"""

from forerunner.database import LedgerError
from forerunner.ledger.acts import Acted, acted, waiting
from forerunner.ledger.ledger import Entry, Ledger
from forerunner.ledger.tally import Tally, tally

__all__ = ["Acted", "Entry", "Ledger", "LedgerError", "Tally", "acted", "tally", "waiting"]
