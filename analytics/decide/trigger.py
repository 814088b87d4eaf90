"""When a probability that goes up and down is worth a word: once, not at every bin."""

from analytics.decide.policy import Policy


class Trigger:
    """Fires when a link's probability crosses the policy's threshold, with hysteresis.

    It fires at `act_probability`, then not again until the probability has been below
    `clear_probability` and `cooldown_s` seconds have passed. One trigger a link.
    """

    def __init__(self, policy: Policy) -> None:
        self._policy = policy
        self._armed = True
        self._quiet_until = float("-inf")

    def update(self, now: float, probability: float) -> bool:
        """Take in one probability at `now` (seconds) and return whether to act on it."""
        if probability < self._policy.clear_probability:
            self._armed = True
        ready = self._armed and now >= self._quiet_until
        if not ready or probability < self._policy.act_probability:
            return False
        self._armed = False
        self._quiet_until = now + self._policy.cooldown_s
        return True
