"""Operators: thin over `forerunner.runner` and `forerunner.remediate`."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, Any

from airflow.sdk import BaseOperator, Context
from airflow.sdk.exceptions import AirflowFailException

from forerunner.airflow.binding import bind_to_supervisor
from forerunner.airflow.kill_switch import Mirror
from forerunner.errors import ForerunnerError

if TYPE_CHECKING:
    from forerunner.model import Outcome
    from forerunner.runner import Job, RunEvent, RunResult, Value

_FAILED = frozenset({"failed", "unreachable", "undone"})
# As much as the ledger holds of a name.
_NAME_LENGTH = 200


class PlaybookFailed(ForerunnerError):
    """A play failed; the message says on which hosts and why."""


class HostsUnreachable(PlaybookFailed):
    """Hosts could not be reached, and nothing else failed."""


class PlaybookOperator(BaseOperator):
    """What both operators share: events to the log, and an end for all that was started."""

    _killed = False

    def on_kill(self) -> None:
        """End the playbook and everything below it."""
        from forerunner.runner import cancel_all

        # A plain attribute would be taken for an argument of the operator.
        object.__setattr__(self, "_killed", True)
        cancel_all()

    def _begin(self) -> None:
        bind_to_supervisor()
        if self._killed:
            raise PlaybookFailed("ended before the playbook was started")

    def _print(self, event: "RunEvent") -> None:
        for line in event.text.splitlines():
            if line.strip():
                self.log.info("%s", line)


class AnsiblePlaybookOperator(PlaybookOperator):
    """Run a playbook of this project: a failed play is a failed task.

    Per-host results and counts are the task's output. Killing the task, or its running out of
    time, leaves no process of Ansible.

    Args:
        playbook: Name without directory and ending, as `drain_link`.
        variables: Plain values; templated by Airflow, then refused if they could be templates
            to Ansible.
        limit: Inventory names; templated.
        check: Dry run; a template may give `True`.
        timeout_s: Seconds after which the playbook is ended.
        entrance: By which way the change came, `airflow` or `git`; templated.
    """

    template_fields: Sequence[str] = ("variables", "limit", "check", "entrance")

    def __init__(
        self,
        *,
        playbook: str,
        variables: Mapping[str, "Value"] | None = None,
        limit: Sequence[str] = (),
        check: bool | str = False,
        timeout_s: float = 600.0,
        entrance: str = "airflow",
        **kwargs: Any,
    ) -> None:
        super().__init__(**kwargs)
        self.playbook = playbook
        self.entrance = entrance
        self.variables = dict(variables or {})
        self.limit = list(limit)
        self.check = check
        self.timeout_s = timeout_s

    def execute(self, context: Context) -> dict[str, Any]:
        """Run the playbook and return its status, counts and per-host results.

        Raises:
            HostsUnreachable: Hosts could not be reached, and nothing else failed.
            PlaybookFailed: Anything else than success.
        """
        self._begin()
        with Mirror():
            result = self._job(context).run()
        summary = _summary(result)
        if result.ok:
            return summary
        context["ti"].xcom_push(key="return_value", value=summary)
        failure = HostsUnreachable if result.status == "unreachable" else PlaybookFailed
        raise failure(result.message)

    def _job(self, context: Context) -> "Job":
        from forerunner.gate.entry import ENTRANCE, WHO
        from forerunner.runner import Job

        return Job(
            self.playbook,
            self.variables,
            self.limit,
            check=str(self.check).lower() == "true",
            on_event=self._print,
            timeout_s=self.timeout_s,
            environment={ENTRANCE: self.entrance, WHO: asked_by(context)},
        )


class RemediateOperator(PlaybookOperator):
    """Act on the predictions that started the DAG run.

    They are named by the asset events that started it, or by `prediction` in its conf. Each is
    decided on, planned, acted on and recorded by `forerunner.remediate`; a refusal is an
    outcome, not a failure.
    """

    def execute(self, context: Context) -> list[dict[str, Any]]:
        """Return the outcomes, one a prediction, as plain data.

        Raises:
            HostsUnreachable: Every failure was a device out of reach.
            AirflowFailException: Plans were undone, none failed otherwise; not tried again.
            PlaybookFailed: At least one plan failed, or a prediction could not be acted on.
        """
        outcomes: list[Outcome] = []
        errors: list[str] = []
        for identifier in predictions_of(context):
            self._begin()
            try:
                with Mirror():
                    outcomes.append(self._act_on(identifier, context["run_id"]))
            except ForerunnerError as error:
                # One prediction that cannot be acted on must not keep the others waiting.
                self.log.error("%s: %s", identifier, error)
                errors.append(f"{identifier}: {error}")
        summary = [outcome.to_dict() for outcome in outcomes]
        bad = [outcome for outcome in outcomes if outcome.state in _FAILED]
        if not bad and not errors:
            return summary
        context["ti"].xcom_push(key="return_value", value=summary)
        raise _failure(bad, errors)

    def _act_on(self, identifier: str, run_id: str) -> "Outcome":
        from forerunner.remediate import remediate

        self.log.info("prediction %s", identifier)
        outcome = remediate(identifier, run_id, on_event=self._print)
        self.log.info("%s: %s", outcome.state, outcome.message)
        return outcome


class StandByOperator(PlaybookOperator):
    """Keep a drain ready at the gate, and carry out the next prediction of a failure with it.

    The prediction starts its own DAG run as well; that one waits and finds the outcome, or, when
    this task died half way, carries it through.

    Args:
        seconds: How long to stand by.
    """

    def __init__(self, *, seconds: float = 1800.0, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.seconds = seconds

    def execute(self, context: Context) -> dict[str, Any] | None:
        """Return the outcome as plain data; None when nothing was predicted in that time.

        Raises:
            HostsUnreachable: A device was out of reach.
            AirflowFailException: The plan was undone.
            PlaybookFailed: It failed otherwise.
        """
        from forerunner.remediate import stand_by

        self._begin()
        with Mirror():
            outcome = stand_by(context["run_id"], self.seconds, on_event=self._print)
        if outcome is None:
            return None
        self.log.info("%s: %s", outcome.state, outcome.message)
        if outcome.state in _FAILED:
            context["ti"].xcom_push(key="return_value", value=outcome.to_dict())
            raise _failure([outcome], [])
        return outcome.to_dict()


def asked_by(context: Context) -> str:
    """Return who triggered a DAG run where Airflow knows it, else the run's name."""
    dag_run = context["dag_run"]
    name = getattr(dag_run, "triggering_user_name", None) or f"{dag_run.dag_id} {dag_run.run_id}"
    return str(name)[:_NAME_LENGTH]


def predictions_of(context: Context) -> list[str]:
    """Return the identifiers that started a DAG run, each once, in order."""
    found: list[str] = []
    for events in (context.get("triggering_asset_events") or {}).values():
        found += [event.extra.get("payload", {}).get("prediction", "") for event in events]
    found.append((context["dag_run"].conf or {}).get("prediction", ""))
    return [x for x in dict.fromkeys(found) if isinstance(x, str) and x]


def _failure(bad: Sequence["Outcome"], errors: Sequence[str]) -> Exception:
    """Return what the task fails with, given what is not as it should be."""
    message = "; ".join([*errors, *(f"{x.plan} {x.state}: {x.message}" for x in bad)])
    states = {"error" for _ in errors} | {outcome.state for outcome in bad}
    if states == {"undone"}:
        # It was tried, did not hold and was taken back: another try would only report that.
        return AirflowFailException(message)
    return HostsUnreachable(message) if states == {"unreachable"} else PlaybookFailed(message)


def _summary(result: "RunResult") -> dict[str, Any]:
    return {
        "playbook": result.playbook,
        "status": result.status,
        "message": result.message,
        "hosts": {name: asdict(host) for name, host in result.hosts.items()},
        "result": {x: y for x, y in result.result.items() if x in {"state", "message", "hosts"}},
    }
