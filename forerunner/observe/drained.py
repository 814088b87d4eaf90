"""Which links are drained, as the ledger's verified outcomes say.

The ledger and not the routers: whoever drains a link by way of a playbook leaves an outcome, a
look into six routers a second would cost more than all the probing, and an outcome that was
verified has been read back from them already.

A link that a person drained is a person's to return: it may be out for maintenance.
"""

from collections.abc import Mapping

from forerunner.ledger import Ledger


class DrainedLinks:
    """Tails the ledger's outcomes. Blocks; run it in a thread."""

    def __init__(self, ledger: Ledger) -> None:
        self._ledger = ledger
        self._sequence = 0
        self._drained: dict[str, bool] = {}

    def read(self) -> Mapping[str, bool]:
        """Return the links that are drained now, and whether a prediction drained them.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        news = self._ledger.outcomes_after(self._sequence)
        if news:
            self._drained = self._ledger.drained_links()
            self._sequence = news[-1][0]
        return dict(self._drained)
