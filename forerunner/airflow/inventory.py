"""The operator that watches the repository of the inventory."""

from typing import Any

from airflow.sdk import Context

from forerunner.airflow.operators import PlaybookFailed, PlaybookOperator


class WatchInventoryOperator(PlaybookOperator):
    """Plan what is new in the repository of the inventory, and post its difference."""

    def execute(self, context: Context) -> list[dict[str, Any]]:  # noqa: ARG002
        """Return the conf of a run of `apply_plan` for each plan of a merged commit.

        Raises:
            PlaybookFailed: A merged commit cannot be planned; it is tried again the next time.
        """
        from forerunner.proposal import Settings, by_playbook, watch

        self._begin()
        posted = watch(Settings.from_environment(), by_playbook)
        for each in posted:
            word = each.problem or each.plan or "nothing to apply"
            self.log.info("%s %s: %s (%s)", each.branch, each.commit[:12], word, each.report)
        plans = [{"plan": each.plan, "entrance": "git"} for each in posted if each.plan]
        if not plans and (bad := [x.problem for x in posted if x.merged and x.problem]):
            raise PlaybookFailed("; ".join(bad))
        return plans
