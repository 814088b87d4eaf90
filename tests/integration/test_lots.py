"""Lots over SFTP: cut, lost, stale and foreign results, foreign servers, and clients that die."""

import asyncio
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import asyncssh
import pytest

from forerunner import home
from forerunner.errors import InvalidData
from forerunner.subscriber_lab.northbound import lot_server
from forerunner.telco import Change, SubscriberSystem, SystemUnreachable, TelcoError
from tests.integration.lot_office import LotOffice, rows
from tests.integration.standing import Standing, created, made

SIMS = made(0, 2)
MANY = made(100, 2000)


@pytest.fixture
def office(machine: None, tmp_path: Path) -> LotOffice:
    return LotOffice(tmp_path)


@pytest.fixture(scope="module")
def mind(machine: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Standing]:
    standing = Standing("mind:lots", tmp_path_factory.mktemp("mind"))
    standing.start()
    yield standing
    standing.kill()


async def bring(system: SubscriberSystem) -> list[str]:
    return await system.bring(created(SIMS))


async def read(system: SubscriberSystem) -> object:
    return await system.read(SIMS)


def test_a_lot_is_given_whole_and_its_result_is_taken_away(office: LotOffice) -> None:
    given: list[str] = []

    def move() -> None:
        (lot,) = office.lots()
        given.extend(lot.read_text().splitlines())
        office.answers(rows("OK", "OK"))()

    assert office.while_(bring, move) == ["", ""]
    assert given[0] == f"1|ADD|{SIMS[0].imsi}|{SIMS[0].msisdn}|P1|10GB|active"
    assert given[-1] == "END|2"
    assert office.results() == []
    assert [*(office.files / "inbox").iterdir()] == []


def test_a_server_without_fsync_and_posix_rename_takes_lots_too(
    office: LotOffice, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unknown(*_: object) -> None:
        raise asyncssh.SFTPOpUnsupported("unknown")

    for name in ("fsync", "posix_rename"):
        monkeypatch.setattr(lot_server.LotServer, name, unknown, raising=False)

    assert office.while_(bring, office.answers(rows("OK", "OK"))) == ["", ""]


def test_a_result_that_is_half_there_is_waited_for(office: LotOffice) -> None:
    whole = rows("OK", "OK")

    async def late(system: SubscriberSystem) -> list[str]:
        asyncio.get_running_loop().call_later(0.4, lambda: office.results()[0].write_text(whole))
        return await bring(system)

    assert office.while_(late, office.answers(whole[:-1]), wait=5) == ["", ""]


def test_a_result_that_stays_half_is_never_believed_and_stays_there(office: LotOffice) -> None:
    with pytest.raises(SystemUnreachable, match=r"srp1: result .* is cut, and nothing moved"):
        office.while_(bring, office.answers(rows("OK", "OK")[:-6]))

    assert len(office.results()) == 1


def test_a_lost_result_is_none_and_the_same_lot_is_given_again(office: LotOffice) -> None:
    names: list[str] = []

    def takes() -> None:
        names.extend(each.name for each in office.lots())
        office.takes()

    def answers() -> None:
        names.extend(each.name for each in office.lots())
        office.answers(rows("OK", "OK"))()

    with pytest.raises(SystemUnreachable, match=r"result .* is missing"):
        office.while_(bring, takes)
    assert office.while_(bring, answers) == ["", ""]
    assert names[0] == names[1]


def test_a_result_of_an_earlier_time_is_not_believed(office: LotOffice) -> None:
    def takes() -> None:
        stale.append(office.result_of(office.lots()[0]))
        office.takes()

    stale: list[Path] = []
    with pytest.raises(SystemUnreachable):
        office.while_(bring, takes)
    stale[0].write_text(rows("OK", "OK"))
    with pytest.raises(SystemUnreachable, match="is missing"):
        office.while_(bring, office.takes)


def test_a_result_counts_only_once_its_lot_has_left_the_inbox(office: LotOffice) -> None:
    def answers_early() -> None:
        office.result_of(office.lots()[0]).write_text(rows("OK", "OK"))

    with pytest.raises(SystemUnreachable, match=r"lot .* is not worked off"):
        office.while_(bring, answers_early)


def test_what_was_given_before_is_over_before_anything_is_asked(office: LotOffice) -> None:
    earlier = office.files / "inbox/forerunner-of-a-dead-client.csv"
    earlier.write_text("1|REMOVE|1||||\nEND|1\n")

    with pytest.raises(SystemUnreachable, match="1 lots that were given before still wait"):
        office.while_(bring)
    assert office.lots() == [earlier]
    assert office.while_(bring, office.takes, office.answers(rows("OK", "OK"))) == ["", ""]


def test_a_row_in_no_result_is_a_problem_of_that_row(office: LotOffice) -> None:
    one = f"2|NOT_FOUND{'|' * 5}\nEND|1\n"
    moves = (office.answers(rows("OK")), office.answers("END|0\n"))
    said = office.while_(bring, *moves)

    assert said[0] == ""
    assert "does not name this row" in said[1]
    with pytest.raises(TelcoError, match="does not name this row"):
        office.while_(read, office.answers(one))


def test_no_number_is_taken_for_free_that_a_result_does_not_name(office: LotOffice) -> None:
    moves = (office.answers(rows("NOT_FOUND", "NOT_FOUND")), office.answers(rows("NOT_FOUND")))

    with pytest.raises(TelcoError, match="does not name this row"):
        office.while_(lambda system: system.taken(SIMS), *moves)


def test_a_result_that_is_none_is_told_and_left_there(office: LotOffice) -> None:
    with pytest.raises(
        TelcoError, match=r"cannot be understood: .*; it is left in outbox/"
    ) as said:
        office.while_(bring, office.answers("1|OK\nEND|1\n"))

    assert not isinstance(said.value, SystemUnreachable)
    assert len(office.results()) == 1


def test_somebody_elses_record_is_not_taken_for_the_one_asked_for(office: LotOffice) -> None:
    other = f"1|OK|{SIMS[1].imsi}|{SIMS[1].msisdn}|P1|10GB|active\n"
    with pytest.raises(TelcoError, match="somebody else's record"):
        office.while_(lambda system: system.read(SIMS[:1]), office.answers(other + "END|1\n"))


def test_a_cut_export_yields_nothing(office: LotOffice) -> None:
    async def listed(system: SubscriberSystem) -> None:
        async for some in system.everything():
            raise AssertionError(some)

    one = f"1|OK|{SIMS[1].imsi}|{SIMS[1].msisdn}|P1|10GB|active\n"
    with pytest.raises(TelcoError, match="another number of rows"):
        office.while_(listed, office.answers(f"{one}END|2\n"))


def test_a_foreign_host_key_is_refused_and_nothing_is_given(office: LotOffice) -> None:
    known = office.home / lot_server.KEYS / "known_hosts"
    other = asyncssh.generate_private_key("ssh-ed25519").export_public_key().decode()
    address = known.read_text().partition(" ")[0]
    for text in (f"{address} {other}", "", f"[127.0.0.1]:2222 {other}"):
        known.write_text(text)
        with pytest.raises(SystemUnreachable, match=r"the host key of .* is not the one in"):
            office.while_(bring)
    assert office.lots() == []


def test_a_foreign_key_is_not_let_in(office: LotOffice, tmp_path: Path) -> None:
    file = tmp_path / "foreign"
    file.write_bytes(asyncssh.generate_private_key("ssh-ed25519").export_private_key())
    file.chmod(0o600)
    with pytest.raises(SystemUnreachable, match=r"does not let the key .*foreign in"):
        office.while_(bring, key_file=str(file))


def test_a_key_that_others_may_read_is_not_used(office: LotOffice) -> None:
    file = office.home / lot_server.KEYS / lot_server.USER
    file.chmod(0o640)
    with pytest.raises(InvalidData, match=r"sftp.key_file: others may read it; run: chmod 600"):
        office.while_(bring)


def test_a_directory_that_is_not_there_is_told(office: LotOffice) -> None:
    (office.files / "inbox").rmdir()
    with pytest.raises(TelcoError, match=r"srp1: it refuses inbox \(SFTPNoSuchFile\)"):
        office.while_(bring)


def test_nobody_leaves_the_directory_that_is_served(office: LotOffice) -> None:
    sftp = office.settings()["sftp"]

    async def tried(_system: SubscriberSystem) -> None:
        options = {"known_hosts": sftp["known_hosts"], "client_keys": [sftp["key_file"]]}
        async with asyncssh.connect(
            sftp["host"], sftp["port"], username="lots", agent_path=None, config=None, **options
        ) as connection:
            client = await connection.start_sftp_client()
            assert sorted(await client.listdir("/../..")) == [".", "..", "inbox", "outbox"]
            for act in (client.symlink, client.link):
                with pytest.raises(asyncssh.SFTPPermissionDenied):
                    await act("/etc/passwd", "inbox/passwd.csv")
            with pytest.raises(asyncssh.ChannelOpenError):
                await connection.run("id")

    office.while_(tried)


def test_lots_and_rest_stand_before_the_same_records(mind: Standing) -> None:
    over_rest = Standing("mind", mind.place.directory)
    mind.bring(*created(SIMS))

    assert over_rest.holds(SIMS) == [True, True]
    over_rest.bring(*[Change(each, None) for each in SIMS])
    assert mind.absent(SIMS)


def test_several_may_read_the_same_at_once(mind: Standing) -> None:
    async def all_at_once(system: SubscriberSystem) -> list[object]:
        return list(await asyncio.gather(*(system.read(SIMS) for _ in range(5))))

    mind.bring(*created(SIMS))
    answers = mind.ask(all_at_once)
    assert all(answer == answers[0] and None not in answer for answer in answers)


CLIENT = """
import sys
from pathlib import Path
from tests.integration.standing import Standing, created, made
mind = Standing("mind:lots", Path(sys.argv[1]))
print("go", flush=True)
mind.bring(*created(made(100, 2000)))
"""


@pytest.mark.parametrize("after_s", [0.02, 0.06, 0.1, 0.15, 0.2, 0.3])
def test_after_a_client_was_killed_anywhere_the_same_again_ends_it(
    mind: Standing, after_s: float
) -> None:
    client = subprocess.Popen(
        [sys.executable, "-c", CLIENT, str(mind.place.directory)],
        cwd=home.root(),
        stdout=subprocess.PIPE,
    )
    assert client.stdout
    client.stdout.readline()
    time.sleep(after_s)
    client.kill()
    client.wait()
    client.stdout.close()

    assert set(mind.bring(*created(MANY))) == {""}
    assert all(mind.holds(MANY))
    assert set(mind.bring(*[Change(each, None) for each in MANY])) == {""}
    assert mind.absent(MANY)
    time.sleep(0.3)
    assert mind.absent(MANY)
