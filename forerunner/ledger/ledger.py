"""The ledger: rows are only ever added; a record comes back as it was written."""

from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from typing import Any, Self

from sqlalchemy import Connection, Engine, Row, Select, Table, func, insert, select
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from forerunner.database import Database, Execute, LedgerError, cause
from forerunner.ledger import tables
from forerunner.ledger.engine import opened, place
from forerunner.model import Outcome, Plan, Prediction, new_id


@dataclass(frozen=True)
class Entry:
    """A plan with the prediction behind it and what became of it.

    Attributes:
        plan: The plan.
        prediction: The prediction that asked for it; None when a person did.
        outcomes: In the order in which they were written; empty while it runs.
    """

    plan: Plan
    prediction: Prediction | None
    outcomes: tuple[Outcome, ...]


class Ledger:
    """Append-only record of predictions, plans and outcomes. Safe to share between processes."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @classmethod
    def open(cls, url: str | None = None) -> Self:
        """Open the ledger, creating its tables when they are missing.

        Args:
            url: SQLAlchemy URL; by default `FORERUNNER_LEDGER`, else SQLite under `var/`.

        Raises:
            LedgerError: It cannot be reached.
        """
        return cls(opened(url))

    def close(self) -> None:
        """Give back the connections."""
        self._engine.dispose()

    def transaction(self) -> AbstractContextManager[Execute]:
        """Return a transaction that excludes every other; see `forerunner.database`."""
        return Database(self._engine.url.render_as_string(hide_password=False)).transaction()

    def add_prediction(self, prediction: Prediction) -> int:
        """Write a prediction down and return its sequence number.

        Raises:
            LedgerError: Its identifier stands there already.
        """
        return self._add(
            tables.predictions,
            id=prediction.id,
            target=prediction.target,
            time=prediction.made_at,
            record=prediction.to_dict(),
        )

    def add_plan(self, plan: Plan) -> int:
        """Write down what is meant, before anything is touched."""
        return self._add(
            tables.plans,
            id=plan.id,
            prediction=plan.prediction,
            hash=plan.hash,
            record=plan.to_dict(),
        )

    def enter_plan(self, plan: Plan) -> Plan:
        """Return the plan as the ledger holds it before anything is done; written when it is not.

        One that the ledger holds otherwise is entered anew, and as nobody's prediction: none in
        the ledger asked for it like this.
        """
        try:
            known = self.plan(plan.id)
        except LedgerError:
            known = None
        if known == plan:
            return plan
        mine = replace(plan, id=new_id("plan") if known else plan.id, prediction=None)
        self.add_plan(mine)
        return mine

    def add_outcome(self, outcome: Outcome) -> int:
        """Write down what became of a plan."""
        return self._add(
            tables.outcomes, plan=outcome.plan, time=outcome.ended_at, record=outcome.to_dict()
        )

    def predictions_after(self, sequence: int) -> list[tuple[int, Prediction]]:
        """Return (sequence number, prediction) of what was written after `sequence`, in order."""
        table = tables.predictions
        query = select(table.c.sequence, table.c.record).where(table.c.sequence > sequence)
        with self._connect() as connection:
            rows = connection.execute(query.order_by(table.c.sequence)).all()
        return [(row.sequence, Prediction.from_dict(row.record, "ledger")) for row in rows]

    def predictions(self, limit: int | None = 50) -> list[Prediction]:
        """Return the newest predictions, newest first, acted on or not; all when None."""
        query = select(tables.predictions.c.record).order_by(tables.predictions.c.sequence.desc())
        with self._connect() as connection:
            records = connection.execute(query.limit(limit)).scalars().all()
        return [Prediction.from_dict(record, "ledger") for record in records]

    def last_sequence(self) -> int:
        """Return the sequence number of the newest prediction; 0 when there is none."""
        query = (
            select(tables.predictions.c.sequence)
            .order_by(tables.predictions.c.sequence.desc())
            .limit(1)
        )
        with self._connect() as connection:
            return connection.execute(query).scalar() or 0

    def prediction(self, identifier: str) -> Prediction:
        """Return a prediction by its identifier.

        Raises:
            LedgerError: There is none of that name.
        """
        row = self._one(tables.predictions, identifier)
        return Prediction.from_dict(row.record, "ledger")

    def plan(self, identifier: str) -> Plan:
        """Return a plan by its identifier.

        Raises:
            LedgerError: There is none of that name.
        """
        return Plan.from_dict(self._one(tables.plans, identifier).record, "ledger")

    def entries(self, limit: int = 50, prediction: str | None = None) -> list[Entry]:
        """Return the newest plans with their predictions and outcomes, newest first.

        Args:
            limit: How many plans at the most.
            prediction: Only the plans made for this prediction.
        """
        query = select(tables.plans.c.record).order_by(tables.plans.c.sequence.desc()).limit(limit)
        if prediction is not None:
            query = query.where(tables.plans.c.prediction == prediction)
        with self._connect() as connection:
            records = connection.execute(query).scalars().all()
        return [self._entry(Plan.from_dict(record, "ledger")) for record in records]

    def outcomes_after(self, sequence: int) -> list[tuple[int, Outcome]]:
        """Return (sequence number, outcome) of what was written after `sequence`, in order."""
        table = tables.outcomes
        query = select(table.c.sequence, table.c.record).where(table.c.sequence > sequence)
        with self._connect() as connection:
            rows = connection.execute(query.order_by(table.c.sequence)).all()
        return [(row.sequence, Outcome.from_dict(row.record, "ledger")) for row in rows]

    def drained_links(self) -> dict[str, bool]:
        """Return the links that are drained, and whether a prediction drained them.

        The newest verified outcome of each link tells.
        """
        plan, link = tables.plans.c.record, tables.plans.c.record["variables"]["link"].as_string()
        playbook = plan["playbook"].as_string()
        done = tables.outcomes.c.record["state"].as_string() == "verified"
        both = tables.outcomes.join(tables.plans, tables.plans.c.id == tables.outcomes.c.plan)
        newest = select(func.max(tables.outcomes.c.sequence)).select_from(both).where(done)
        newest = newest.where(playbook.in_(("drain_link", "undrain_link"))).group_by(link)
        query = select(plan).select_from(both).where(tables.outcomes.c.sequence.in_(newest))
        with self._connect() as connection:
            plans = connection.execute(query).scalars().all()
        drains = [x for x in plans if x["playbook"] == "drain_link"]
        return {x["variables"]["link"]: x["prediction"] is not None for x in drains}

    def plans_under_way(self, now: float) -> list[Plan]:
        """Return the plans without an outcome that have not expired, in their order."""
        ended = select(tables.outcomes.c.plan)
        valid = tables.plans.c.record["expires"].as_float() > now
        query = select(tables.plans.c.record).where(valid, tables.plans.c.id.not_in(ended))
        with self._connect() as connection:
            records = connection.execute(query.order_by(tables.plans.c.sequence)).scalars().all()
        return [Plan.from_dict(record, "ledger") for record in records]

    def rows(self, query: Select[Any]) -> list[tuple[Any, ...]]:
        """Return what a query over `forerunner.ledger.tables` gives; nobody waits for it.

        Raises:
            LedgerError: The ledger cannot be read.
        """
        with self._connect() as connection:
            return [tuple(row) for row in connection.execute(query)]

    def _entry(self, plan: Plan) -> Entry:
        query = select(tables.outcomes.c.record).where(tables.outcomes.c.plan == plan.id)
        with self._connect() as connection:
            records = connection.execute(query.order_by(tables.outcomes.c.sequence)).scalars().all()
        outcomes = tuple(Outcome.from_dict(record, "ledger") for record in records)
        return Entry(plan, self.prediction(plan.prediction) if plan.prediction else None, outcomes)

    def _one(self, table: Table, identifier: str) -> Row[Any]:
        with self._connect() as connection:
            query = select(table).where(table.c.id == identifier)
            row: Row[Any] | None = connection.execute(query).first()
        if row is None:
            raise LedgerError(f"ledger: no {table.name[:-1]} is called {identifier!r}")
        return row

    def _add(self, table: Table, **values: Any) -> int:
        with self._connect() as connection:
            try:
                result = connection.execute(insert(table).values(**values))
            except IntegrityError as error:
                name = values.get("id")
                raise LedgerError(f"ledger: {table.name} already holds {name!r}") from error
            connection.commit()
            key = result.inserted_primary_key
        return int(key[0]) if key else 0

    @contextmanager
    def _connect(self) -> Iterator[Connection]:
        try:
            with self._engine.connect() as connection:
                yield connection
        except SQLAlchemyError as error:
            raise LedgerError(f"ledger {place(self._engine)}: {cause(error)}") from error
