"""What happened in a demo, as plain data for the table, the JSON file and the HTML report."""

from dataclasses import dataclass
from typing import Any

from forerunner import home
from forerunner.ledger import Entry
from forerunner.model import Sample
from forerunner.store import Store
from forerunner.topology import Topology
from forerunner.trials import reaction
from forerunner.trials.reaction import Reaction
from forerunner.trials.site import Site
from forerunner.trials.trial import LINK, Trial

PROBABILITY = "link_failure_probability"


@dataclass(frozen=True)
class Story:
    """Both runs and what the loop did in the second.

    Attributes:
        bare: The run without the loop.
        guarded: The run with it.
        answer: What the loop did about the fault.
        quiet_acts: Drains before the link began to degrade, or of other links: none, one hopes.
        undrained: Whether the loop returned the link by itself.
        probabilities: (seconds since the guarded schedule began, probability of failing).
        topology: The network.
    """

    bare: Trial
    guarded: Trial
    answer: Reaction
    quiet_acts: tuple[Entry, ...]
    undrained: bool
    probabilities: tuple[tuple[float, float], ...]
    topology: Topology

    @classmethod
    def read(
        cls, site: Site, bare: Trial, guarded: Trial, quiet_from: float, undrained: bool
    ) -> "Story":
        """Read from ledger and store what belongs to the two runs."""
        return cls(
            bare=bare,
            guarded=guarded,
            answer=reaction.read(site, guarded),
            quiet_acts=reaction.false_drains(reaction.acts(site, quiet_from), guarded),
            undrained=undrained,
            probabilities=_probabilities(site, guarded),
            topology=site.lab.topology,
        )

    def to_dict(self) -> dict[str, Any]:
        """Return the demo's JSON report."""
        drain = self.answer.drain
        outcome = drain.outcomes[-1] if drain else None
        return {
            "scenario": {
                "link": LINK,
                "kind": self.guarded.kind,
                "seed": self.guarded.seed,
                "fault_at_s": _difference(self.guarded.fault_at, self.guarded.began_at),
                "rate": "200 packets/s, UDP, h1 to h2",
            },
            "unprotected": {"sent": self.bare.sent, "lost": self.bare.lost},
            "protected": {"sent": self.guarded.sent, "lost": self.guarded.lost},
            "lead_time_s": self.answer.lead_time_s(self.guarded.fault_at),
            "prediction_to_verified_s": self.answer.to_verified_s,
            "playbook": drain.plan.playbook if drain else None,
            "verified": drain is not None,
            "undrained": self.undrained,
            "airflow_run_id": outcome.run if outcome else None,
            "false_drains_before_fault": len(self.quiet_acts),
        }


def _difference(one: float | None, other: float) -> float | None:
    return None if one is None else one - other


def _probabilities(site: Site, guarded: Trial) -> tuple[tuple[float, float], ...]:
    link = site.lab.topology.link(LINK)
    samples = Store(home.telemetry(site.var)).read(
        metrics=[PROBABILITY],
        hosts=[link.ends[0]],
        since=guarded.began_at - 2,
        until=guarded.ended_at + 10,
    )
    here = [sample for sample in samples if _is_on(sample, link.directions[0].interface)]
    return tuple((sample.time - guarded.began_at, sample.value) for sample in here)


def _is_on(sample: Sample, interface: str) -> bool:
    return sample.interface == interface
