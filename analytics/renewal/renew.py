"""Extract, learn, compare on held-out time, promote or keep; the reason is written either way."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib.metadata import version as installed

from analytics.failure.examples import Examples, benign_examples
from analytics.failure.model import LinkFailureModel
from analytics.failure.serving import KIND
from analytics.failure.training import SEEDS, Report, Seeds, train
from analytics.registry import Registry
from analytics.registry.compare import compare
from analytics.registry.store import Origin, Superseded
from analytics.renewal.held_out import cases, marks
from analytics.renewal.recorded import Stretch, split
from forerunner.errors import InvalidData

_LEARNED = 0.75
Extract = Callable[[], Sequence[Stretch]]


@dataclass(frozen=True)
class Renewal:
    """What became of a new model.

    Attributes:
        version: Under which it is kept.
        promoted: Whether it is in service.
        reason: Why, with the figures; also in the history of promotions.
        before: Version that was in service, and still is where this one was kept; empty when none
            was.
    """

    version: str
    promoted: bool
    reason: str
    before: str


def renew(
    book: Registry, extract: Extract, who: str, report: Report, seeds: Seeds = SEEDS
) -> Renewal:
    """Return what became of a model that was learned anew.

    The oldest three quarters of what was recorded are learned from, the newest quarter is held
    out. Where none is in service, or what is cannot be read by this version, the new one is put
    in service: there is nothing to compare it with.

    Args:
        book: The registry.
        extract: Returns what the network recorded.
        who: For the history.
        report: Called with a sentence before each step.
        seeds: What is generated to learn from.

    Raises:
        InvalidData: The files of the model in service were altered.
        StoreError: A file of the telemetry store is damaged.
    """
    report("reading what the network recorded")
    learned, held_out = split(extract(), _LEARNED)
    return _judged(book, train(report, seeds, _healthy(learned)), held_out, who)


def _judged(
    book: Registry, model: LinkFailureModel, held_out: Sequence[Stretch], who: str
) -> Renewal:
    before, old = _serving(book)
    if old is not None and old.to_json() == model.to_json():
        return Renewal(before, False, "kept: what was learned is what is in service", before)
    version = keep(book, model)
    if old is None:
        promote, reason = True, f"{before} is of an old form" if before else "the first of its kind"
    else:
        some = cases(held_out, len(book.versions(KIND)))
        new, was = marks(model, some), marks(old, some)
        verdict = compare(new.losses, was.losses, new.gap, was.gap)
        promote, reason = verdict.promote, verdict.reason
    if not promote:
        return Renewal(version, False, reason, before)
    return _promoted(book, Renewal(version, True, reason, before), who)


def _promoted(book: Registry, found: Renewal, who: str) -> Renewal:
    """Put it in service, unless what it was compared with is there no more."""
    try:
        book.promote(KIND, found.version, who, found.reason, expected=found.before)
    except Superseded as error:
        service = book.service(KIND)
        stands = service.current.version if service else ""
        return Renewal(found.version, False, f"kept: {error}", stands)
    return found


def keep(book: Registry, model: LinkFailureModel) -> str:
    """Return the version under which a model is kept; it is not in service by that."""
    card = model.card_
    origin = Origin(
        card["data_sha256"], f"forerunner {installed('forerunner')}", card["metrics"], card
    )
    return book.add(KIND, {f"{KIND}.json": model.to_json().encode()}, origin).version


def _healthy(found: Sequence[Stretch]) -> list[Examples]:
    given = [benign_examples(each.series, each.healthy) for each in found]
    return [each for each in given if len(each.rows)]


def _serving(book: Registry) -> tuple[str, LinkFailureModel | None]:
    """Return the version in service and its model; empty and None where there is none."""
    if book.service(KIND) is None:
        return "", None
    version, states = book.in_service(KIND)
    try:
        return version, LinkFailureModel.from_bytes(states[f"{KIND}.json"], f"{KIND} {version}")
    except InvalidData:
        # Whole, by its pins, and of features that are no more.
        return version, None
