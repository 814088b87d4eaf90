"""Operators between a plan and its application: show it, and pass on what a person said of it."""

from collections.abc import Mapping, Sequence
from typing import Any

from airflow.sdk import BaseOperator, Context

from forerunner.errors import ForerunnerError

# What Airflow keeps of a task's output should be small.
_LINES = 400
# Markdown: what is indented is shown as it is, whatever it holds.
_VERBATIM = "    "


class NotWhatWasShown(ForerunnerError):
    """Between a plan's being shown and its approval it became another one."""


class ShowPlanOperator(BaseOperator):
    """Show what a plan does.

    Args:
        plan: Its identifier; templated.
    """

    template_fields: Sequence[str] = ("plan",)

    def __init__(self, *, plan: str, **kwargs: Any) -> None:
        # Each of its outputs is another task's input.
        super().__init__(multiple_outputs=True, **kwargs)
        self.plan = plan

    def execute(self, context: Context) -> dict[str, str]:  # noqa: ARG002
        """Return the plan's hash, its file and what it does, for the task that asks.

        Raises:
            PlanRefused: There is no such plan, or a text of it was altered.
        """
        from forerunner import home
        from forerunner.configure.plan import find_plan
        from forerunner.configure.review import review

        path = find_plan(home.var().resolve() / "plans", self.plan)
        shown = review(path)
        for line in shown.lines:
            self.log.info("%s", line)
        return {"hash": shown.plan.hash, "path": str(path), "text": _markdown(shown.lines)}


class ApprovePlanOperator(BaseOperator):
    """Give the gate the word of the person who answered, for exactly the plan that was shown.

    Args:
        plan: Its identifier; templated.
        shown: Hash of what was shown; templated.
        answer: What the task that asked put out; templated.
        lasting_s: Seconds until the approval ends.
    """

    template_fields: Sequence[str] = ("plan", "shown", "answer")

    def __init__(
        self,
        *,
        plan: str,
        shown: str,
        answer: Mapping[str, Any] | str,
        lasting_s: float = 3600.0,
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.plan, self.shown, self.answer = plan, shown, answer
        self.lasting_s = lasting_s

    def execute(self, context: Context) -> str:  # noqa: ARG002
        """Return who approved.

        Raises:
            NotWhatWasShown: The plan's file holds another one by now, or nobody said yes.
        """
        from forerunner import gate, home
        from forerunner.configure.plan import find_plan
        from forerunner.configure.review import review
        from forerunner.database import Database

        plan = review(find_plan(home.var() / "plans", self.plan)).plan
        if plan.hash != self.shown:
            raise NotWhatWasShown(f"{self.plan} is not what was shown any more; start again")
        gate.approve(plan, answered_by(self.answer), self.lasting_s, Database())
        return answered_by(self.answer)


def answered_by(answer: Mapping[str, Any] | str) -> str:
    """Return who approved in a task of `ApprovalOperator`.

    Raises:
        NotWhatWasShown: The answer is no approval by somebody.
    """
    given = answer if isinstance(answer, Mapping) else {}
    user = given.get("responded_by_user") or {}
    name = str(user.get("name") or user.get("id") or "")
    if list(given.get("chosen_options") or ()) != ["Approve"] or not name:
        raise NotWhatWasShown("nobody has approved it; start again")
    return name


def _markdown(lines: Sequence[str]) -> str:
    kept = [_VERBATIM + line for line in lines[:_LINES]]
    if len(lines) > _LINES:
        rest = len(lines) - _LINES
        kept += ["", f"{rest} more lines: `forerunner gate approve` and the task's log show all."]
    return "\n".join(kept)
