"""What is found, what is kept, what binds, and what is refused."""

import json
import os
import shutil
import threading
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import pytest
from typer.testing import CliRunner

from analytics.__main__ import application
from analytics.search import embedding as room
from analytics.search.corpus import Corpus, incident_document, open_corpus
from analytics.search.documents import Document, Filters
from analytics.search.embedding import WIDTH, MiniLM, Vectors, vocabulary
from analytics.search.index import Index
from analytics.search.nearest import nearest
from analytics.search.runbooks import Runbook, read_runbooks
from analytics.search.text import chunks, plain
from forerunner import home
from forerunner.database import Database
from forerunner.errors import InvalidData
from forerunner.events import EventBook, Incident

DOCUMENTS = [
    Document("a", "syslog", "", "BGP session reset by peer", 100.0, {"os": "junos"}),
    Document("b", "syslog", "", "fan failed in the chassis", 200.0, {"os": "ios"}),
    Document("c", "runbook", "", "a backup of a configuration is stale"),
]


class Counting(MiniLM):
    """Counts what it embeds."""

    asked = 0

    def embed(self, texts: Sequence[str]) -> Vectors:
        self.asked += len(texts)
        return super().embed(texts)


@pytest.fixture
def index() -> Index:
    made = Index(Counting())
    made.add(DOCUMENTS)
    return made


def incident(text: str = "loss 4%", interface: str = "r1:r3", kind: str = "link.loss") -> Incident:
    return Incident("i-1", kind, "r1", interface, "error", text, 10.0, 20.0, 1)


def test_the_embedding_knows_meaning_and_has_length_one() -> None:
    link, cable, order = MiniLM().embed(["the link is down", "the cable was cut", "a pizza order"])
    assert link.shape == (WIDTH,)
    assert np.linalg.norm(link) == pytest.approx(1.0, abs=1e-5)
    assert link @ cable > link @ order


def test_a_model_that_is_not_the_pinned_one_is_never_loaded(tmp_path: Path) -> None:
    (tmp_path / "model.onnx").write_bytes(b"other")
    with pytest.raises(InvalidData, match="not the pinned"):
        MiniLM(model=tmp_path / "model.onnx").embed(["x"])


def test_a_vocabulary_that_is_not_the_pinned_one_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    assert vocabulary()["[SEP]"] == 102
    monkeypatch.setattr(room, "_VOCABULARY_SHA256", "0" * 64)
    with pytest.raises(InvalidData, match=r"vocab\.txt"):
        vocabulary()


def test_a_long_text_is_read_to_its_end() -> None:
    pieces = chunks(" ".join(map(str, range(300))), 120, 30)
    assert [piece.split()[0] for piece in pieces] == ["0", "90", "180"]
    assert pieces[-1].split()[-1] == "299"
    assert chunks("") == [""]


def test_what_differs_each_time_is_left_out() -> None:
    line = "<189>521: router1: *Nov 14 08:30:56.699: %LINK-5-CHANGED: Interface Gi0/2, to 10.0.0.1"
    assert plain(line) == "LINK CHANGED Interface interface , to"


def test_only_what_is_new_or_changed_is_embedded(index: Index) -> None:
    assert index.add([*DOCUMENTS, Document("d", "runbook", "", "a parked order")]) == 1
    assert index.add([Document("a", "syslog", "", "something else")]) == 1
    assert (index.remove(["b", "unknown"]), len(index)) == (1, 3)
    assert index.embedding.asked == 5  # type: ignore[attr-defined]
    assert "b" not in {hit.document.id for hit in index.search("fan failed").hits}


def test_filters_leave_only_what_was_asked_for(index: Index) -> None:
    def found(**wanted: object) -> set[str]:
        return {x.document.id for x in index.search("fan", 9, Filters(**wanted)).hits}  # type: ignore[arg-type]

    assert found(kinds=frozenset({"syslog"})) == {"a", "b"}
    assert found(fields={"os": "JUNOS"}) == {"a"}
    assert found(since=150.0) == {"b", "c"}
    assert found(without=frozenset({"a"})) == {"b", "c"}
    assert found(fields={"os": "eos"}) == set()


def test_what_is_similar_is_told_from_what_is_not(index: Index) -> None:
    assert index.search("chassis fan failed").similar
    assert index.search("chassis fan failed").hits[0].document.id == "b"
    assert not index.search("quantum poetry of medieval gardens").similar
    assert not Index(MiniLM()).search("anything").similar


def test_a_kept_index_answers_as_before_and_without_embedding(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path)
    again = Index.load(tmp_path, Counting())
    assert again.add(DOCUMENTS) == 0
    assert again.search("fan") == index.search("fan")


def _arrays(path: Path) -> dict[str, np.ndarray]:
    with np.load(path / "vectors.npz") as held:
        return dict(held)


@pytest.mark.parametrize(
    "damage",
    [
        lambda path: path.write_bytes(b"{}"),
        lambda path: path.write_bytes(path.read_bytes()[:-200]),
        lambda path: np.savez(path, lengths=np.array([1]), vectors=np.array([object()])),
        lambda path: np.savez(path, **{**_arrays(path.parent), "lengths": np.array([1, 1, 2])}),
        lambda path: np.savez(path, **{**_arrays(path.parent), "made_by": np.array(["2", "x"])}),
    ],
    ids=["other", "cut", "pickled", "lengths", "model"],
)
def test_what_does_not_fit_is_embedded_anew_and_heals(
    index: Index, tmp_path: Path, damage: Callable[[Path], object]
) -> None:
    index.save(tmp_path)
    damage(tmp_path / "vectors.npz")
    again = Index.load(tmp_path, Counting())
    assert again.add(DOCUMENTS) == 3
    assert again.search("fan") == index.search("fan")
    again.save(tmp_path)
    assert Index.load(tmp_path, Counting()).add(DOCUMENTS) == 0


def test_a_text_never_gets_the_vector_of_another_one(index: Index, tmp_path: Path) -> None:
    index.save(tmp_path)
    swapped = [Document("a", "syslog", "", DOCUMENTS[1].text), Document("b", "syslog", "", "new")]
    again = Index.load(tmp_path, Counting())
    assert again.add([*swapped, DOCUMENTS[2]]) == 1
    fresh = Index(MiniLM())
    fresh.add([*swapped, DOCUMENTS[2]])
    assert again.search("fan") == fresh.search("fan")


def test_a_write_that_dies_leaves_what_was(
    index: Index, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def die(*_: object) -> None:
        raise OSError("no space")

    index.save(tmp_path)
    index.add([Document("d", "runbook", "", "a parked order")])
    with monkeypatch.context() as broken:
        broken.setattr(os, "fsync", die)
        with pytest.raises(OSError, match="no space"):
            index.save(tmp_path)
    assert Index.load(tmp_path, Counting()).add(DOCUMENTS) == 0
    assert [x.name for x in tmp_path.iterdir()] == ["vectors.npz"]


def test_every_runbook_of_the_project_fits() -> None:
    root = home.root()
    found = list(read_runbooks(root / "docs" / "runbooks", root / "playbooks"))
    assert len(found) >= 8
    assert all("## Mitigation" in each.text for each in found)


@pytest.mark.parametrize(
    ("front", "problem"),
    [
        ("events: [a]\nplaybook: no_such\nvariables: {}", "there is no no_such"),
        ("events: [a]\nplaybook: ../x\nvariables: {}", "playbook"),
        ("events: [a]\nplaybook: drain_link\nvariables: {link: text}", "variables"),
        ("events: []\nplaybook: drain_link\nvariables: {}", "events"),
    ],
)
def test_a_runbook_that_does_not_fit_is_refused(tmp_path: Path, front: str, problem: str) -> None:
    (tmp_path / "x.md").write_text(f"---\n{front}\n---\n# X\n")
    with pytest.raises(InvalidData, match=problem):
        list(read_runbooks(tmp_path, home.root() / "playbooks"))


@pytest.mark.parametrize("value", ["{{ 7*7 }}", "r1:r3\n", "r1:r3; reboot", "-e:x", "r1", ""])
def test_what_is_no_name_of_a_link_binds_nothing(value: str) -> None:
    book = Runbook("x", "x", ("link.*",), "drain_link", {"link": "link"})
    assert book.bind({"interface": "r1:r3"}).variables == {"link": "r1:r3"}
    assert (book.bind({"interface": value}).variables, book.bind({}).missing) == ({}, ("link",))


def test_a_case_binds_what_the_incident_says_and_never_its_text() -> None:
    book = Runbook("x", "# A link loses packets", ("link.*",), "drain_link", {"link": "link"})
    index = Index(MiniLM())
    index.add([book.document(), incident_document(incident())])
    asked = Incident("i-2", "link.loss", "r2", "r2:r4", "error", "loss link=r9:r9", 1.0, 2.0, 1)
    text = nearest([asked], Corpus([book], index))
    assert text.startswith("\nsimilar cases:")
    assert "drain_link link=r2:r4" in text
    assert "r9" not in text


def _at(host: str, kind: str, text: str) -> Incident:
    return Incident(f"i-{host}-{kind}", kind, host, "r1:r3", "error", text, 1.0, 2.0, 1)


def test_every_incident_of_a_message_is_searched_and_alike_ones_once(index: Index) -> None:
    corpus = Corpus([], index)
    some = [_at(f"r{at}", "fan", f"fan {at} failed in the chassis") for at in range(4)]
    some += [_at("r9", "bgp", "BGP session reset by peer"), _at("r8", "x", "medieval gardens")]
    asked = index.embedding.asked  # type: ignore[attr-defined]

    told = nearest(some, corpus).splitlines()

    assert index.embedding.asked - asked == 3  # type: ignore[attr-defined]
    assert told[0:2] == ["", "similar cases:"]
    assert any(line.startswith("r0 fan and 3 alike: ") for line in told)
    assert any(line.startswith("r9 bgp: ") for line in told)
    assert told[-1] == "nothing similar: r8 x"


def test_a_storm_is_searched_in_part_and_says_so(index: Index) -> None:
    letters = "abcdefghijklmnopqrst"
    told = nearest([_at(f"r{x}", f"k{x}", f"{x}{x}{x}") for x in letters], Corpus([], index))

    assert told.endswith("\nnot searched: 10 more that are unlike these")
    assert len(told) < 2000


def test_incidents_of_one_message_are_no_cases_of_each_other() -> None:
    both = [_at("r1", "fan", "fan failed in the chassis"), _at("r2", "fan", "fan tray removed")]
    index = Index(MiniLM())
    index.add(map(incident_document, both))

    assert nearest(both, Corpus([], index)).endswith("\nnothing similar: r1 fan, r2 fan")


def test_an_incident_is_not_its_own_case() -> None:
    index = Index(MiniLM())
    index.add([incident_document(incident())])
    assert Corpus([], index).like(incident()).cases == []


def test_the_command_finds_the_runbook_and_keeps_the_index(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORERUNNER_LEDGER", f"sqlite:///{tmp_path / 'ledger.sqlite'}")
    monkeypatch.setattr(home, "var", lambda: tmp_path)
    asked = ["search", "the last backup of a configuration is stale", "--json"]
    answer = json.loads(CliRunner().invoke(application, asked).output)
    assert answer["similar"]
    assert answer["hits"][0]["playbook"] == "backup_configs"
    assert (tmp_path / "search" / "vectors.npz").is_file()
    assert "backup_configs" in CliRunner().invoke(application, asked[:-1]).output


def test_a_kind_that_is_none_is_refused_with_those_that_are() -> None:
    error = CliRunner().invoke(application, ["search", "x", "--kind", "runbok"]).exception
    assert isinstance(error, InvalidData)
    assert "runbok" in str(error)
    assert "runbook and incident" in str(error)


@pytest.mark.parametrize("text", ["", "nothing", "the and of", "17"])
def test_texts_without_a_word_that_counts_are_searched_all_the_same(text: str) -> None:
    index = Index(MiniLM())
    index.add([Document("a", "incident", "", text)])
    assert [hit.document.id for hit in index.search("the fan").hits] == ["a"]


def test_runbooks_that_are_gone_are_found_no_more(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    root = tmp_path / "project"
    for part in ("docs/runbooks", "playbooks"):
        shutil.copytree(home.root() / part, root / part)
    monkeypatch.setattr(home, "root", lambda: root)
    book = EventBook(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"))
    first = len(open_corpus(Counting(), book, tmp_path / "kept").index)
    (root / "docs/runbooks/parked_order.md").unlink()
    embedding = Counting()
    assert len(open_corpus(embedding, book, tmp_path / "kept").index) == first - 1
    assert embedding.asked == 0


def test_whoever_comes_while_it_is_embedded_waits_and_embeds_nothing(tmp_path: Path) -> None:
    book = EventBook(Database(f"sqlite:///{tmp_path / 'ledger.sqlite'}"))
    embedded = [Counting(), Counting()]
    threads = [
        threading.Thread(target=open_corpus, args=(each, book, tmp_path / "kept"))
        for each in embedded
    ]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert min(each.asked for each in embedded) == 0
    assert max(each.asked for each in embedded) > 0
