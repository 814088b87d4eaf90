"""Extract, learn, compare on held-out time, promote or keep; the reason is written either way."""

from collections.abc import Callable, Sequence

from analytics.failure.examples import Examples, benign_examples
from analytics.failure.model import LinkFailureModel
from analytics.failure.serving import KIND
from analytics.failure.training import SEEDS, Report, Seeds, train
from analytics.registry import Registry
from analytics.registry.code import code_version
from analytics.registry.compare import compare
from analytics.registry.contest import FIRST, Renewal, enter
from analytics.registry.store import Origin
from analytics.renewal.held_out import cases, marks
from analytics.renewal.recorded import Stretch, split
from forerunner.errors import InvalidData

_LEARNED = 0.75
Extract = Callable[[], Sequence[Stretch]]


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
    def judge(serving: bytes | None) -> tuple[bool, str]:
        if serving is None:
            return FIRST
        try:
            old = LinkFailureModel.from_bytes(serving, f"{KIND} in service")
        except InvalidData:
            # Whole, by its pins, and of features that are no more.
            return True, "the one in service is of an old form"
        some = cases(held_out, len(book.versions(KIND)))
        verdict = compare(marks(model, some), marks(old, some))
        return verdict.promote, verdict.reason

    card = model.card_
    origin = Origin(card["data_sha256"], code_version(), card["metrics"], card)
    return enter(book, KIND, (model.to_json().encode(), origin), who, judge)


def _healthy(found: Sequence[Stretch]) -> list[Examples]:
    given = [benign_examples(each.series, each.healthy) for each in found]
    return [each for each in given if len(each.rows)]
