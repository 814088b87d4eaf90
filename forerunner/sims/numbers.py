"""Numbers of SIMs: what is one, and ranges of them.

IMSI: E.212, 14 or 15 digits from a country's code on. ICCID: E.118, 19 or 20 digits of which the
last is Luhn's, so that a range of them does not step by one: it is counted without that digit.
MSISDN: E.164, 7 to 15 digits without a plus sign, as many as its country has. Only the digits 0 to
9 of ASCII are digits.
"""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from itertools import chain
from typing import Literal

import phonenumbers
from stdnum import imsi

NumberKind = Literal["imsi", "iccid", "msisdn"]
KINDS: tuple[NumberKind, ...] = ("imsi", "iccid", "msisdn")

_FORMS: Mapping[NumberKind, tuple[re.Pattern[str], str]] = {
    "imsi": (re.compile(r"[0-9]{14,15}"), "an IMSI is 14 or 15 digits (E.212)"),
    "iccid": (re.compile(r"89[0-9]{17,18}"), "an ICCID is 19 or 20 digits from 89 on (E.118)"),
    "msisdn": (re.compile(r"[1-9][0-9]{6,14}"), "an MSISDN is 7 to 15 digits without + (E.164)"),
}
_DIGITS = bytes(range(48, 58))
_PLAIN = bytes.maketrans(_DIGITS, bytes(range(10)))
_DOUBLED = bytes.maketrans(_DIGITS, bytes(sum(divmod(2 * n, 10)) for n in range(10)))
_IMSI_DIGITS = 14
# Numbers that share all but these last digits are written together.
_TAIL, _TAILS = 3, 1000


def problem_of(kind: NumberKind, text: str) -> str:
    """Return what is wrong with a number; empty when nothing is."""
    form, said = _FORMS[kind]
    if not form.fullmatch(text):
        return said if text.isascii() else f"{said}; it holds a character that is none of 0 to 9"
    if kind == "iccid":
        wrong = luhn_digit(text[:-1]) != text[-1]
        return (
            "the last digit of an ICCID is Luhn's, and this one's is not (E.118)" if wrong else ""
        )
    if kind == "imsi":
        return "" if _is_country(text[:3]) else f"MCC {text[:3]} is no country's (E.212)"
    # The country and its trunk prefix stand in the first four digits, and say how long it may be.
    return _length_problem(text[:4], len(text))


@lru_cache(maxsize=1000)
def _is_country(mcc: str) -> bool:
    return imsi.is_valid(f"{mcc:0<15}")


@lru_cache(maxsize=100_000)
def _length_problem(head: str, length: int) -> str:
    try:
        number = phonenumbers.parse(f"+{head:1<{length}}")
    except phonenumbers.NumberParseException:
        return "it begins with no country's code (E.164)"
    # What can be dialled within one town only is no number of E.164.
    possible = phonenumbers.is_possible_number_with_reason(number)
    if possible == phonenumbers.ValidationResult.IS_POSSIBLE:
        return ""
    return f"no number of country code {number.country_code} has {length} digits (E.164)"


def counted(kind: NumberKind, text: str) -> int:
    """Return a number as ranges count it: an ICCID without its last digit."""
    return int(text[:-1] if kind == "iccid" else text)


def text_of(kind: NumberKind, number: int) -> str:
    """Return the text of a counted number that has no problem.

    Of all countries only the test network 001 begins with zeros, two of them.
    """
    text = str(number)
    if kind == "iccid":
        return with_luhn(text)
    return f"00{text}" if kind == "imsi" and len(text) < _IMSI_DIGITS else text


def with_luhn(body: str) -> str:
    """Return an ICCID from all of its digits but the last."""
    return body + luhn_digit(body)


def luhn_digit(body: str) -> str:
    """Return the check digit of all digits before it (ISO/IEC 7812-1, annex B)."""
    digits = body.encode()
    total = sum(digits[::-2].translate(_DOUBLED)) + sum(digits[-2::-2].translate(_PLAIN))
    return str(-total % 10)


@dataclass(frozen=True)
class Span:
    """Consecutive numbers of a kind, as a request or a pool names them.

    Attributes:
        kind: What they are.
        first: The first, as a person writes it.
        count: How many they are.
    """

    kind: NumberKind
    first: str
    count: int

    @property
    def ends(self) -> tuple[int, int]:
        """Return the first and the last as `counted` has them."""
        first = counted(self.kind, self.first)
        return first, first + self.count - 1

    @property
    def last(self) -> str:
        """Return the last, as a person writes it."""
        last = self.ends[1]
        return next(iter(written(self.kind, self.first, [(last, last)])))

    @property
    def problem(self) -> str:
        """Return what is wrong with it; empty when nothing is.

        The first and the last are looked at; what lies between has as many digits, and the same
        network or country.
        """
        said = problem_of(self.kind, self.first)
        if said:
            return f"first: {said}"
        if len(self.last) != len(self.first):
            return f"{self.count} numbers from {self.first} on would have more digits than it"
        return between_problem(self.kind, self.first, self.last)


def _home(kind: NumberKind, text: str) -> str:
    """Return what the first and the last of a range have in common."""
    if kind == "msisdn":
        return str(phonenumbers.parse(f"+{text}").country_code)
    # An MNC has two digits at the least; an ICCID's issuer may begin with one.
    return text[:5] if kind == "imsi" else text[:2]


def span_between(kind: NumberKind, first: str, last: str) -> Span:
    """Return the numbers from a first to a last one, of which `between_problem` has no problem."""
    return Span(kind, first, counted(kind, last) - counted(kind, first) + 1)


def between_problem(kind: NumberKind, first: str, last: str) -> str:
    """Return why a first and a last number are not the ends of a range; empty when they are."""
    for name, text in (("first", first), ("last", last)):
        if said := problem_of(kind, text):
            return f"{name}: {said}"
    if len(first) != len(last):
        return "the first and the last have not as many digits"
    if last < first:
        return "the last comes before the first"
    ours, theirs = _home(kind, first), _home(kind, last)
    return "" if ours == theirs else f"begins with {ours} and ends with {theirs}: give one each"


def written(kind: NumberKind, like: str, spans: Iterable[tuple[int, int]]) -> Iterator[str]:
    """Yield the numbers of counted spans, each with as many digits as another one has.

    Args:
        kind: What they are.
        like: A number with that many digits.
        spans: The first and the last of each, as `counted` has them.
    """
    width = len(like) - _TAIL - (kind == "iccid")
    return chain.from_iterable(
        _thousand(kind, width, at, first, last)
        for first, last in spans
        for at in range(first // _TAILS, last // _TAILS + 1)
    )


def _thousand(kind: NumberKind, width: int, at: int, first: int, last: int) -> Iterator[str]:
    """Yield the numbers of a span that share their first digits."""
    head = f"{at:0{width}d}"
    tails = _tails(_weight(head) if kind == "iccid" else None)
    begin = at * _TAILS
    return map(head.__add__, tails[max(0, first - begin) : last - begin + 1])


def _weight(head: str) -> int:
    """Return what the first digits of an ICCID add to Luhn's sum, of which the last is left."""
    # Three digits stand between them and the check digit: every other one from the last is plain.
    digits = head.encode()
    total = sum(digits[::-2].translate(_PLAIN)) + sum(digits[-2::-2].translate(_DOUBLED))
    return total % 10


@cache
def _tails(weight: int | None) -> tuple[str, ...]:
    """Return all last digits in their order; for an ICCID with the check digit after them."""
    lows = (f"{low:0{_TAIL}d}" for low in range(_TAILS))
    if weight is None:
        return tuple(lows)
    return tuple(f"{low}{(int(luhn_digit(low)) - weight) % 10}" for low in lows)
