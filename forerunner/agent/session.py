"""The account of one probing session: which packets were lost, and on which way. No I/O."""

from collections import deque
from dataclasses import dataclass, field
from typing import Any

BIN_S = 0.1
# A silence ends in "lost" after this much time in which the process ran on schedule.
SILENCE_S = 0.4
# A counter that falls by more than reordering explains belongs to a reflector that started anew.
_REORDERING = 64

Line = dict[str, Any]


@dataclass(slots=True)
class _Bin:
    number: int
    first: int
    last: int
    clock: float


@dataclass(slots=True)
class Session:
    """What was sent, answered and lost, bin by bin.

    A bin's number is its start in units of `BIN_S` since the epoch. `clock` is time in which the
    process ran on schedule, in seconds: it stands still while the process waits for a processor,
    so that a late wake-up concludes nothing.
    """

    name: str
    next: int = 0
    _highest: int = -1
    _bins: deque[_Bin] = field(default_factory=deque)
    _answers: dict[int, tuple[int, int]] = field(default_factory=dict)
    _count: int = -1
    _gap: tuple[int, int] | None = None
    _refused: bool = False
    _void: int = 0

    def sent(self, number: int, clock: float) -> int:
        """Enter one packet into bin `number` and return its sequence number."""
        newest = self._bins[-1] if self._bins else None
        # A wall clock that steps back a little does not reopen a bin.
        if newest is not None and newest.number - 10 < number <= newest.number:
            newest.last, newest.clock = self.next, clock
        else:
            self._bins.append(_Bin(number, self.next, self.next, clock))
        self.next += 1
        return self.next - 1

    def answered(self, sequence: int, count: int, rtt_ns: int) -> None:
        """Enter an answer; one for a bin that is settled comes too late and changes nothing.

        Args:
            sequence: The packet that was answered.
            count: The reflector's own sequence number.
            rtt_ns: Round-trip time without the reflector's own share, in nanoseconds.
        """
        settled = self._bins[0].first if self._bins else self.next
        if not settled <= sequence < self.next:
            return
        if self._refused:
            self._refused, self._void = False, sequence
        self._answers[sequence] = (count, rtt_ns)
        self._highest = max(self._highest, sequence)

    def refused(self) -> None:
        """Note the peer's word that nothing listens there: not a loss, but nothing measured."""
        self._refused = True

    def settle(self, number: int, clock: float) -> list[Line]:
        """Return the settled bins older than bin `number`, as plain data, oldest first.

        A bin is settled once its last packet or a later one was answered, or after `SILENCE_S`.
        A silence is booked as loss on the way there: nothing says which way failed.
        """
        lines = []
        while self._bins and self._bins[0].number < number:
            head = self._bins[0]
            silent = self._highest < head.last
            if silent and clock - head.clock < SILENCE_S:
                break
            self._bins.popleft()
            line = self._close(head)
            lost = line["lost_forward"] + line["lost_backward"]
            void = (silent and self._refused) or (lost and head.first < self._void)
            if not void:
                lines.append(line)
        return lines

    def _close(self, head: _Bin) -> Line:
        forward = backward = rtt = answers = 0
        for sequence in range(head.first, head.last + 1):
            answer = self._answers.pop(sequence, None)
            if answer is not None:
                self._count, self._gap = answer[0], None
                answers, rtt = answers + 1, rtt + answer[1]
            elif self._lost_backward(sequence):
                backward += 1
            else:
                forward += 1
        sent = head.last - head.first + 1
        return {
            "session": self.name,
            "time": round((head.number + 1) * BIN_S, 1),
            "sent": sent,
            "lost_forward": forward,
            "returned": sent - forward,
            "lost_backward": backward,
            "rtt_s": round(rtt / answers / 1e9, 7) if answers else 0.0,
        }

    def _lost_backward(self, sequence: int) -> bool:
        # In a gap only the numbers are known, not which packet went which way: spread them.
        if sequence > self._highest:
            return False
        lost, backward = self._gap or self._measure_gap(sequence)
        is_backward = 2 * backward > lost
        self._gap = (lost - 1, backward - is_backward)
        return is_backward

    def _measure_gap(self, sequence: int) -> tuple[int, int]:
        end = next(i for i in range(sequence + 1, self._highest + 1) if i in self._answers)
        count = self._answers[end][0]
        started_anew = count < self._count - _REORDERING
        seen = count if started_anew else count - self._count - 1
        return end - sequence, min(max(seen, 0), end - sequence)
