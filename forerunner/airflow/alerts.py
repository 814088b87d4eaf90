"""Telling people that a task has failed, by the Airflow connection `forerunner_alerts`.

Its password is the address of an incoming webhook, as Slack, Mattermost and others have them: who
knows it may post, so it is where Airflow keeps and masks secrets. It is sent `{"text": ...}`.
Without the connection the failed task alone tells, as ever.
"""

from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseNotifier, Connection, Context
from airflow.sdk.exceptions import AirflowNotFoundException

if TYPE_CHECKING:
    from collections.abc import Mapping

    from airflow.sdk._shared.logging.types import Logger

CONNECTION = "forerunner_alerts"
_TIMEOUT_S = 10.0
_LONGEST = 3000


class AlertNotifier(BaseNotifier):
    """Posts which task failed and why; to be a task's `on_failure_callback`.

    Args:
        once: Of runs that fail one after the other, tell of the first alone.
    """

    def __init__(self, *, once: bool = False, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.once = once

    def notify(self, context: Context) -> None:
        """Post it; where that fails, say so in the log."""
        if self.once and _failed_before(context):
            self.log.info("the run before failed too, and was told of")
            return
        post(message(context), self.log)


def post(text: "Mapping[str, str]", log: "Logger") -> bool:
    """Post a message, and return whether it was taken; without a connection nothing is done.

    Args:
        text: The message's JSON; what it says is escaped here, so whoever posts cannot forget it.
        log: Is told where it fails, without the address, which is a secret.
    """
    import httpx

    try:
        address = str(Connection.get(CONNECTION).password or "")
    except AirflowNotFoundException:
        return False
    escaped = {name: plain(said) for name, said in text.items()}
    try:
        answer = httpx.post(address, json=escaped, timeout=_TIMEOUT_S)
        problem = f"answered {answer.status_code}" if answer.is_error else ""
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        problem = type(error).__name__
    if problem:
        log.error("the alert was not taken by connection %s: %s", CONNECTION, problem)
    return not problem


def _failed_before(context: Context) -> bool:
    """Return whether the run before this one failed."""
    before = context["ti"].get_previous_dagrun()
    return before is not None and str(before.state) == "failed"


def message(context: Context) -> "Mapping[str, str]":
    """Return what is posted."""
    task = context["ti"]
    why = str(context.get("exception") or "no reason was given")
    text = f"{task.dag_id}.{task.task_id} failed in {context['run_id']}: {why}"
    return {"text": text if len(text) <= _LONGEST else f"{text[:_LONGEST]} ..."}


def plain(text: str) -> str:
    """Return a text in which a chat finds neither links nor whom to call. Source: Slack's API."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
