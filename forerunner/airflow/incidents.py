"""The operator that tells people of incidents: one message a run, by webhook and e-mail.

Whom a mail goes to stands in the extra of connection `forerunner_mail`, as
`{"alert_to": ["noc@example.net"]}`.
"""

import time
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Connection, Context
from airflow.sdk.exceptions import AirflowException, AirflowNotFoundException

from forerunner.airflow.alerts import post
from forerunner.airflow.mail import CONNECTION, send
from forerunner.errors import ForerunnerError

if TYPE_CHECKING:
    from forerunner.events import EventBook, Incident
    from forerunner.model import Severity

_AT_ONCE = "critical"


class NobodyTold(ForerunnerError):
    """A way by which people are told did not take the message."""


class AlertIncidentsOperator(BaseOperator):
    """Tell of what nobody was told of yet, in one message, and note that it was told.

    An incident counts as told once one way has taken the message: whoever does not know whether it
    came will hear of it once more, and nobody never. Where there is no way, nothing is noted.

    Args:
        least: The least severity that is told of.
        quiet_s: Seconds after a message in which only what is critical makes another one.
    """

    def __init__(
        self, *, least: "Severity" = "warning", quiet_s: float = 300.0, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.least, self.quiet_s = least, quiet_s

    def execute(self, context: Context) -> dict[str, Any]:  # noqa: ARG002
        """Tell, and return of how many incidents and by which ways.

        Raises:
            NobodyTold: A way that is there did not take it.
        """
        from forerunner.events import EventBook

        book = EventBook()
        due = self._due(book)
        if not due:
            return {"incidents": 0, "ways": []}
        ways, failed = self._tell(due)
        if ways:
            book.mark_told(due)
        if failed:
            raise NobodyTold(f"not taken by {', '.join(failed)}; the log says why")
        return {"incidents": len(due), "ways": ways}

    def _due(self, book: "EventBook") -> "Sequence[Incident]":
        untold = book.untold(self.least)
        urgent = any(each.severity == _AT_ONCE for each in untold)
        if urgent or time.time() - book.last_told() >= self.quiet_s:
            return untold
        if untold:
            self.log.info("%d incidents wait: somebody was told just now", len(untold))
        return []

    def _tell(self, due: "Sequence[Incident]") -> tuple[list[str], list[str]]:
        from forerunner.airflow.alerts import CONNECTION as HOOK
        from forerunner.events.telling import LONGEST, message, subject

        near = self._nearest(due)
        text = message(due, LONGEST - len(near)) + near
        ways: list[str] = []
        failed: list[str] = []
        if _is_there(HOOK):
            taken = post({"text": text}, self.log)
            (ways if taken else failed).append("webhook")
        people = _people()
        if people:
            taken = self._mail(people, subject(due), text)
            (ways if taken else failed).append("mail")
        if not ways and not failed:
            self.log.warning("nobody is told: neither %s nor people in %s", HOOK, CONNECTION)
        return ways, failed

    def _nearest(self, due: "Sequence[Incident]") -> str:
        """Return what they are like and what that would run, or that nobody could search."""
        try:
            from analytics.search.nearest import nearest

            return nearest(due)
        except Exception as error:  # noqa: BLE001
            # What is told must not wait for what merely helps: a damaged index, a missing wheel.
            self.log.warning("no similar cases: %s: %s", type(error).__name__, error)
            return f"\nno cases were searched ({type(error).__name__}; the log says why)"

    def _mail(self, people: Sequence[str], subject: str, text: str) -> bool:
        try:
            return send(people, subject, text, self.log)
        except (OSError, AirflowException) as error:
            # Its words may hold what the server said, and the account.
            self.log.error("no mail was sent by %s: %s", CONNECTION, type(error).__name__)
            return False


def _is_there(connection: str) -> bool:
    try:
        Connection.get(connection)
    except AirflowNotFoundException:
        return False
    return True


def _people() -> list[str]:
    try:
        named = Connection.get(CONNECTION).extra_dejson.get("alert_to", [])
    except AirflowNotFoundException:
        return []
    return [str(each) for each in ([named] if isinstance(named, str) else named)]
