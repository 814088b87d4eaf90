"""Which queries a search is measured by, and how a ranking is graded."""

from pathlib import Path

import pytest

from analytics.search.documents import Document
from forerunner.bench.predict import search as measured
from forerunner.errors import InvalidData


def test_gain_is_the_ideal_ranking_s_share() -> None:
    relevant = frozenset({"a", "b"})
    assert measured._gain(["a", "b", "c"], relevant) == pytest.approx(1.0)
    assert measured._gain(["c", "d"], relevant) == 0.0
    assert measured._gain(["c", "a"], frozenset({"a"})) == pytest.approx(0.6309, abs=1e-4)


def test_a_line_asks_only_where_another_system_has_its_event() -> None:
    said = [("1", "ios", "DOWN"), ("2", "junos", "DOWN"), ("3", "junos", "NAT")]
    documents = [Document(x, "syslog", "", x, 0.0, {"os": o, "event": e}) for x, o, e in said]
    queries = list(measured._syslog_queries(documents))
    assert [(x.text, x.relevant, x.without) for x in queries] == [
        ("1", {"2"}, {"1"}),
        ("2", {"1"}, {"2", "3"}),
    ]


def test_the_alert_s_name_is_masked_on_both_sides(tmp_path: Path) -> None:
    text = (
        "# DiskFull\n## Meaning\nDiskFull fires.\n## Diagnosis\ndf; diskfull\n## Mitigation\nFree."
    )
    (tmp_path / "alerts__x__DiskFull.md").write_text(text)
    ((_, name, asked, answer),) = measured._read_runbooks(tmp_path)
    assert (name, asked) == ("DiskFull", "fires.")
    assert "diskfull" not in answer.lower()


def test_data_without_queries_is_refused(tmp_path: Path) -> None:
    with pytest.raises(InvalidData, match="no query"):
        measured._syslog_task(tmp_path, "full")
