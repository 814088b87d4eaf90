"""The tables of the ledger: a record whole as JSON beside the columns it is looked up by."""

from sqlalchemy import JSON, Column, Float, Integer, MetaData, String, Table

metadata = MetaData()
predictions = Table(
    "predictions",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), unique=True, nullable=False),
    Column("target", String(128), index=True, nullable=False),
    Column("time", Float, index=True, nullable=False),
    Column("record", JSON, nullable=False),
)
plans = Table(
    "plans",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("id", String(64), unique=True, nullable=False),
    Column("prediction", String(64), index=True),
    Column("hash", String(64), nullable=False),
    Column("record", JSON, nullable=False),
)
outcomes = Table(
    "outcomes",
    metadata,
    Column("sequence", Integer, primary_key=True, autoincrement=True),
    Column("plan", String(64), index=True, nullable=False),
    Column("time", Float, index=True, nullable=False),
    Column("record", JSON, nullable=False),
)
