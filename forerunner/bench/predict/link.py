"""Links that are about to fail: generated degradations of unseen kinds, and a drifted model.

The protocol is docs/predictions/grading.md. Nothing of the data directory is read: no data set
has true precursors of link faults. The lab's own figures are in `make bench-loop`.
"""

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from statistics import median

import yaml
from rich.console import Console

from analytics.decide import Policy
from analytics.estimator import NotFitted
from analytics.failure.model import LinkFailureModel
from analytics.failure.serving import in_service
from analytics.failure.training import train
from analytics.grade import Ladder
from analytics.proportion import lower_bound
from forerunner import home
from forerunner.bench.predict import link_drift
from forerunner.bench.predict.link_cases import Tally, replay
from forerunner.bench.predict.link_peers import Point, boosting, cusum, ours
from forerunner.bench.rows import Extent, Row
from forerunner.degradation import TEST_KINDS

_FAULTS, _HOURS = range(7_000_000, 7_000_050), range(8_000_000, 8_000_100)
_DRIFTS = range(9_100_000, 9_100_003)
_SHORT = (3, 3, 1)
_MOST_FALSE = 0.1
_INVENTORY = Path("inventories/lab/group_vars/all/remediation.yml")
_GENERATED = "generated degradations replayed"


def link(_data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return recall, Brier score and lead of the model in service, beside baseline and peer."""
    short = extent == "short"
    model, (policy, _) = _model(console), _terms()
    faults, hours = (_FAULTS[: _SHORT[0]], _HOURS[: _SHORT[1]]) if short else (_FAULTS, _HOURS)
    console.print("training the peer and fixing where it acts")
    peer, point = boosting(policy, short)
    console.print(f"replaying {len(faults)} faults of each kind and {len(hours)} benign hours")
    detectors = {"ours": ours(model), "cusum": cusum(policy), "boosting": peer}
    cases = [(kind, seed) for kind in TEST_KINDS for seed in faults]
    found = replay(detectors, policy, cases, hours)
    seed = f"faults {faults[0]}-{faults[-1]}, hours {hours[0]}-{hours[-1]}"
    share = float(model.card_["failing_share"])
    rows = _recalls(found, point, seed)
    return rows + _leads(found, seed) + _briers(found["ours"], share, seed)


def drift(_data: Path, extent: Extent, console: Console) -> list[Row]:
    """Return the most bad acts of a model whose inputs change before it is demoted."""
    model, (policy, ladder) = _model(console), _terms()
    terms, stands = (policy, replace(ladder, enforced=True)), str(ladder.enforced).lower()
    seeds = _DRIFTS[: _SHORT[2]] if extent == "short" else _DRIFTS
    rows: list[Row] = []
    acted, fired = [0], [0]
    for name, change in link_drift.CHANGES.items():
        console.print(f"drift: {name}")
        runs = [
            link_drift.run(change, rolling, seed, model, terms)
            for rolling in (False, True)
            for seed in seeds
        ]
        acted += [each.acted for each in runs]
        fired += [each.fired for each in runs]
        mine, without = max(x.acted for x in runs), max(x.fired for x in runs)
        rows.append(_drift_row(f"drift_{len(rows) + 1}", name, (mine, without), len(runs)))
    most = (max(acted), max(fired))
    said = f"any change, with the ladder enforced (the lab's inventory has {stands})"
    return [_drift_row("drifted_model_bad_acts", said, most, len(acted) - 1), *rows]


def _drift_row(name: str, change: str, most: tuple[int, int], runs: int) -> Row:
    goal = "<= 1" if name == "drifted_model_bad_acts" else None
    what = f"most bad acts in an hour on 7 links after {change}; {_GENERATED}"
    seed = f"from {_DRIFTS[0]}"
    return Row(name, what, float(most[0]), "acts", goal, "without a guard", float(most[1]),
               None, runs, seed)  # fmt: skip


def _recalls(found: dict[str, Tally], point: Point, seed: str) -> list[Row]:
    tally, cusum_, peer = found["ours"], found["cusum"], found["boosting"]
    right, count = _counted(tally)
    over = tally.rate > _MOST_FALSE
    what = (
        f"faults of unseen kinds acted on before the hole, at {tally.rate:.3f} false drains an "
        f"hour over {tally.benign_s / 3600:.0f} benign hours; at least "
        f"{lower_bound(right, count):.3f} (95%); {_GENERATED}"
    )
    what = f"{what}; no value above {_MOST_FALSE} an hour" if over else what
    value = None if over else right / count
    rows = [Row("link_recall", what, value, "", ">= 0.95", "capped CUSUM", _recall(cusum_),
                None, count, seed)]  # fmt: skip
    name = f"HistGradientBoosting at {point.threshold:.4g} of {point.debounce}"
    rows.append(Row("link_recall_boosting", f"recall beside {name}", _recall(tally), "", None,
                    name, _recall(peer), None, count, seed))  # fmt: skip
    ramps = tally.all_leads("flapping")
    base = _share(cusum_.all_leads("flapping"))
    rows.append(Row("link_recall_ramps", "recall without flapping", _share(ramps), "", None,
                    "capped CUSUM", base, None, len(ramps), seed))  # fmt: skip
    for each, other in (("cusum", cusum_), ("boosting", peer)):
        what = f"false drains an hour, beside {each}"
        rows.append(Row(f"link_false_per_hour_{each}", what, tally.rate, "1/h", None, each,
                        other.rate, None, tally.false, seed))  # fmt: skip
    return rows


def _leads(found: dict[str, Tally], seed: str) -> list[Row]:
    tally = found["ours"]
    every, (low, high) = tally.all_leads(), tally.lead_interval()
    what = (
        f"from the act to the hole, a missed fault as 0; 95% {low:.1f} to {high:.1f}, faults drawn "
        f"anew; {_GENERATED}"
    )
    rows = [Row("link_lead_median_s", what, median(every), "s", ">= 10", "capped CUSUM",
                median(found["cusum"].all_leads()), None, len(every), seed)]  # fmt: skip
    rows += [
        Row(f"link_lead_{kind}_s", f"the same of {kind}, beside HistGradientBoosting",
            median(leads), "s", None, "HistGradientBoosting",
            median(found["boosting"].leads[kind]), None, len(leads), seed)
        for kind, leads in tally.leads.items()
    ]  # fmt: skip
    return rows


def _briers(tally: Tally, share: float, seed: str) -> list[Row]:
    count, (low, high) = tally.intervals, tally.brier_interval(share)
    what = (
        f"of every interval, {share:.3f} of them failing as in the model's card; 95% {low:.4f} to "
        f"{high:.4f}, faults and hours drawn anew; {_GENERATED}"
    )
    rows = [Row("link_brier", what, tally.brier(share), "", "<= 0.05", "always that share",
                share * (1 - share), None, count, seed)]  # fmt: skip
    rows.append(Row("link_brier_balanced", "the same, half of them failing", tally.brier(0.5), "",
                    None, "always one half", 0.25, None, count, seed))  # fmt: skip
    same, graded = tally.graded
    rows.append(Row("link_grades_true", "acts whose grade by the probes is the truth",
                    same / graded if graded else None, "", None, n=graded, seed=seed))  # fmt: skip
    return rows


def _counted(tally: Tally) -> tuple[int, int]:
    leads = tally.all_leads()
    return sum(lead > 0 for lead in leads), len(leads)


def _recall(tally: Tally) -> float:
    return _share(tally.all_leads())


def _share(leads: Sequence[float]) -> float:
    return sum(lead > 0 for lead in leads) / len(leads) if leads else 0.0


def _model(console: Console) -> LinkFailureModel:
    """Return the model in service; where there is none, the one that training gives here."""
    try:
        return in_service(home.var() / "models" / "link_failure.json")
    except NotFitted:
        console.print("no model is in service: training one")
        return train(lambda step: console.print(f"- {step}"))


def _terms() -> tuple[Policy, Ladder]:
    path = home.root() / _INVENTORY
    data = yaml.safe_load(path.read_text())
    return (
        Policy.from_data(data["remediation_policy"], str(path)),
        Ladder.from_data(data["remediation_autonomy"], str(path)),
    )
