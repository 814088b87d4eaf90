"""Watching one link: bins in; predictions out, once an episode. No I/O."""

from analytics.decide import Policy, Trigger
from analytics.failure.model import LinkFailureModel
from analytics.failure.monitor import Assessment, LinkMonitor
from forerunner.model import Prediction, PredictionKind, ProbeBin, Sample, new_id
from forerunner.topology import Direction, Link


class Watch:
    """What is known of one link and what was said about it.

    A failure is predicted once when the probability crosses the policy's threshold; again only
    after the trigger has been re-armed, or when the cooldown has passed and the link, which is
    still failing, has not been drained. The return of a link that a prediction drained is
    predicted once it has been healthy for as long as its relapses ask for, and again only after
    the cooldown. A link that a person drained stays drained.
    """

    def __init__(self, link: Link, model: LinkFailureModel, policy: Policy) -> None:
        self.link = link
        self.last: ProbeBin | None = None
        self.probability = 0.0
        self.abstains = False
        self.drained = False
        self.ours_to_return = False
        self._model, self._policy = model, policy
        self._monitor = LinkMonitor(
            model, link.name, policy.healthy_for_s, policy.hold_factor, policy.maximum_hold_s
        )
        self._trigger = Trigger(policy)
        self._failure_at = self._recovery_at = float("-inf")

    def update(self, probed: ProbeBin) -> tuple[Prediction | None, list[Sample]]:
        """Take in one bin; return the prediction that it calls for and what is to be stored."""
        assessment = self._monitor.update(probed)
        self.last, self.probability = probed, assessment.probability
        self.abstains = assessment.abstains
        prediction = None
        if self.drained:
            if self.ours_to_return and self._recovers(probed.time):
                prediction = self._predict_recovery(probed.time)
        elif self._fails(probed.time):
            prediction = self._predict(
                "link_failure",
                probed.time,
                assessment.probability,
                assessment.lead_time_s,
                assessment.evidence,
            )
        return prediction, samples(self.link, probed, assessment)

    def use(self, model: LinkFailureModel) -> None:
        """Predict by another model from the next bin on."""
        self._model = model
        self._monitor.use(model)

    def resume(self, prediction: Prediction) -> None:
        """Take up a prediction that was written before the service died: it is not made again."""
        if prediction.kind == "link_failure":
            self._failure_at, self._trigger = prediction.made_at, Trigger(self._policy)
            self._trigger.update(prediction.made_at, 1.0)
        else:
            self._recovery_at = prediction.made_at

    def _fails(self, now: float) -> bool:
        if now >= self._failure_at + self._policy.cooldown_s and self.probability >= (
            self._policy.act_probability
        ):
            # Nothing came of the last word, and the link is failing still.
            self._trigger = Trigger(self._policy)
        fires = self._trigger.update(now, self.probability)
        if fires:
            self._failure_at = now
        return fires

    def _recovers(self, now: float) -> bool:
        healthy_s = self._monitor.healthy_for_s(now)
        ready = healthy_s >= self._monitor.required_hold_s
        if not ready or now < self._recovery_at + self._policy.cooldown_s:
            return False
        self._recovery_at = now
        return True

    def _predict_recovery(self, now: float) -> Prediction:
        evidence = {
            "healthy_for_s": self._monitor.healthy_for_s(now),
            "required_hold_s": self._monitor.required_hold_s,
        }
        return self._predict("link_recovery", now, 1.0 - self.probability, None, evidence)

    def _predict(
        self,
        kind: PredictionKind,
        now: float,
        probability: float,
        lead_time_s: float | None,
        evidence: dict[str, float],
    ) -> Prediction:
        return Prediction(
            id=new_id("prediction"),
            kind=kind,
            target=self.link.name,
            probability=probability,
            lead_time_s=lead_time_s,
            horizon_s=self._model.horizon_s,
            evidence=evidence,
            model=self._model.name,
            made_at=now,
        )


def samples(link: Link, probed: ProbeBin, assessment: Assessment) -> list[Sample]:
    """Return what the store keeps of a bin; each direction under the end that sends it."""
    there, back = link.directions
    rows: list[tuple[Direction, str, float]] = [
        (there, "probe_sent", probed.sent),
        (there, "probe_lost", probed.lost_forward),
        (back, "probe_sent", probed.returned),
        (back, "probe_lost", probed.lost_backward),
    ]
    if not assessment.abstains:
        rows.append((there, "link_failure_probability", assessment.probability))
    if probed.rtt_s > 0:
        rows.append((there, "probe_rtt_s", probed.rtt_s))
    return [
        Sample(probed.time, way.host, way.interface, metric, float(value))
        for way, metric, value in rows
    ]
