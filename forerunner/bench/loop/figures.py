"""The rows of `var/bench/loop.json`, computed from trials and reactions."""

import json
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from analytics.evaluate.baseline import cusum_probability
from analytics.evaluate.replay import benign_acts, benign_seeds
from analytics.failure.monitor import debounced
from analytics.failure.serving import in_service
from forerunner.bench.loop import baseline
from forerunner.bench.rows import Row, median, percentile
from forerunner.degradation import BLACK_HOLE_S
from forerunner.trials import arms
from forerunner.trials.reaction import Reaction
from forerunner.trials.site import Site
from forerunner.trials.trial import Trial

REPLAY_SEED = 501

Fault = tuple[Mapping[str, Trial], Reaction]


def line(trials: Mapping[str, Trial], answer: Reaction) -> str:
    """Return one line about one fault, for progress."""
    ours = trials["forerunner"]
    lost = ", ".join(f"{arm} {played.lost}" for arm, played in trials.items())
    lead = answer.lead_time_s(ours.fault_at)
    ahead = "no verified drain" if lead is None else f"drained {lead:.1f} s before the fault"
    return f"{ours.kind}, seed {ours.seed}: lost {lost}; {ahead}"


def shares(faults: Sequence[Fault]) -> list[Row]:
    """Return the shares of lost packets against both peers."""
    timer = ("dead_timer", "OSPF dead timer 4 s")
    bfd = ("bfd", "BFD 3 x 300 ms")
    return [
        _share("loss_share_dead_timer_median", faults, timer, median, "<= 0.10"),
        _share("loss_share_dead_timer_max", faults, timer, max, "<= 0.20"),
        _share("loss_share_bfd_median", faults, bfd, median, "<= 0.50"),
        _before_prediction(faults),
    ]


def reactions(faults: Sequence[Fault]) -> list[Row]:
    """Return how fast the loop was; a fault without a verified drain spoils both figures."""
    waits = [answer.to_verified_s for _, answer in faults]
    leads = [answer.lead_time_s(trials["forerunner"].fault_at) for trials, answer in faults]
    verified = [wait for wait in waits if wait is not None]
    # A drain that never came has no lead: as late as the black hole is long.
    ahead = [-BLACK_HOLE_S if lead is None else lead for lead in leads]
    missed = len(waits) - len(verified)
    slowest = percentile(verified, 0.95) if not missed else None
    written = f"prediction written to drain verified, 95th percentile; {missed} never verified"
    before = "verified drain before the black hole, median"
    n, seed = len(faults), _seeds(faults)
    return [
        Row("to_verified_p95_s", written, slowest, "s", "<= 10", n=n, seed=seed),
        Row("lead_time_median_s", before, median(ahead), "s", ">= 10", n=n, seed=seed),
    ]


def benign(acts: int | None, seconds: float, seed: int) -> list[Row]:
    """Return the row of live benign telemetry."""
    what = f"acts in {seconds:.0f} live seconds of benign impairments"
    if acts is None:
        what += "; not run in the short form"
    return [Row("benign_acts", what, acts, goal="== 0", seed=str(seed))]


def replayed(hours: int, site: Site, directory: Path) -> list[Row]:
    """Replay generated benign hours through our monitor and the baseline."""
    policy = arms.policy(site)
    model = in_service(site.var / "models" / "link_failure.json")
    seeds = benign_seeds(hours, REPLAY_SEED)
    ours = list(benign_acts(lambda series: debounced(model, series), policy, seeds))
    theirs = list(
        benign_acts(lambda series: cusum_probability(series, policy.act_probability), policy, seeds)
    )
    counts = {"seeds": list(seeds), "monitor": ours, "cusum": theirs}
    (directory / "benign-replay.json").write_text(json.dumps(counts) + "\n")
    what = f"acts an hour on {hours} generated benign hours, replayed"
    rate, peer = sum(ours) / hours, sum(theirs) / hours
    ratio = rate / peer if peer else None
    against = ("plain capped CUSUM", peer, ratio)
    seed = str(REPLAY_SEED)
    return [Row("benign_acts_per_hour", what, rate, "1/h", "<= 0.1", *against, n=hours, seed=seed)]


def flapping(trials: Sequence[tuple[Trial, int]]) -> list[Row]:
    """Return the row of flapping links: the worst of them."""
    counts = [count for _, count in trials]
    what = "acts while one link flapped, the worst of the seeds"
    if not counts:
        what += "; not run in the short form"
    return [
        Row(
            "flapping_acts_per_fault",
            what,
            max(counts) if counts else None,
            goal="<= 1",
            n=len(counts),
            seed=",".join(str(played.seed) for played, _ in trials),
        )
    ]


def lab_up(seconds: float) -> Row:
    """Return the row of the lab's start."""
    what = "ansible-playbook playbooks/build_lab.yml until OSPF is full everywhere"
    return Row("lab_up_s", what, seconds, "s", "<= 10")


def probing(faults: Sequence[Fault], site: Site) -> list[Row]:
    """Return the rows that inform: the probe rate, and the baseline on the same probes."""
    rate = baseline.probe_rate(site, [trials["forerunner"] for trials, _ in faults])
    policy = arms.policy(site)
    estimates = [
        baseline.loss_share(site, trials, answer.to_verified_s, policy) for trials, answer in faults
    ]
    known = [share for share in estimates if share is not None]
    return [
        Row("probe_rate_pps", "probes a second each way on a link, median", rate, "packet/s"),
        Row(
            "cusum_loss_share_dead_timer_median",
            "the same share had a plain capped CUSUM on the same probes raised the alarm, "
            "with our time from prediction to verified",
            median(known),
            n=len(known),
            seed=_seeds(faults),
        ),
    ]


def _share(
    name: str,
    faults: Sequence[Fault],
    peer: tuple[str, str],
    summary: Callable[[Sequence[float]], float | None],
    goal: str,
) -> Row:
    arm, label = peer
    ours, theirs = _losses(faults, "forerunner"), _losses(faults, arm)
    ratios = [one / max(other, 1.0) for one, other in zip(ours, theirs, strict=True)]
    share, kind = summary(ratios), name.rpartition("_")[2]
    what = f"packets lost with the loop ÷ packets lost with {label}, {kind} over kinds and seeds"
    n, seed = len(faults), _seeds(faults)
    return Row(name, what, share, "", goal, label, summary(theirs), share, n, seed)


def _before_prediction(faults: Sequence[Fault]) -> Row:
    """Return what no reaction could have saved, where the dead timer was luckiest."""
    known = [
        (
            trials["forerunner"].lost_before(answer.predicted_at - trials["forerunner"].began_at),
            trials,
        )
        for trials, answer in faults
        if answer.predicted_at is not None
    ]
    floors = [lost / max(trials["dead_timer"].lost, 1) for lost, trials in known]
    what = "of the share against the dead timer, what was lost before the prediction, maximum"
    worst = max(floors, default=None)
    return Row("loss_share_before_prediction_max", what, worst, n=len(floors), seed=_seeds(faults))


def _losses(faults: Sequence[Fault], arm: str) -> list[float]:
    return [float(trials[arm].lost) for trials, _ in faults]


def _seeds(faults: Sequence[Fault]) -> str:
    return ",".join(sorted({str(trials["forerunner"].seed) for trials, _ in faults}))
