"""Probe results of one link as arrays, for learning and replay."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from forerunner.model import ProbeBin

BIN_S = 0.1


@dataclass(frozen=True)
class ProbeSeries:
    """Equal-length arrays, one entry per interval of `BIN_S` seconds.

    Attributes:
        sent: Packets sent by the first end.
        lost_forward: Of these, packets that did not arrive.
        returned: Packets sent back by the second end.
        lost_backward: Of these, packets that did not arrive.
        rtt_s: Mean round-trip time in seconds; 0 when nothing came back.
    """

    sent: NDArray[np.int64]
    lost_forward: NDArray[np.int64]
    returned: NDArray[np.int64]
    lost_backward: NDArray[np.int64]
    rtt_s: NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.sent)

    @property
    def lost(self) -> NDArray[np.int64]:
        """Return the packets lost in both directions."""
        return self.lost_forward + self.lost_backward

    @property
    def total(self) -> NDArray[np.int64]:
        """Return the packets sent in both directions."""
        return self.sent + self.returned

    def bins(self, link: str, start: float = 0.0) -> Iterator[ProbeBin]:
        """Yield the same as the probe would report it.

        Args:
            link: Name of the link.
            start: Time of the beginning of the first interval, in seconds.
        """
        columns = (self.sent, self.lost_forward, self.returned, self.lost_backward)
        rows = zip(*(column.tolist() for column in columns), self.rtt_s.tolist(), strict=True)
        for index, (sent, forward, returned, backward, rtt_s) in enumerate(rows):
            time = start + (index + 1) * BIN_S
            yield ProbeBin(time, link, sent, forward, returned, backward, rtt_s)
