"""The ledger's database: several may be the first to use it."""

import threading
from pathlib import Path

from forerunner.database import Database, LedgerError


def test_several_who_open_a_new_database_at_once_all_write(tmp_path: Path) -> None:
    problems: list[str] = []

    def write(database: Database, together: threading.Barrier) -> None:
        together.wait()
        try:
            with database.transaction() as execute:
                execute("CREATE TABLE IF NOT EXISTS rows (number BIGINT)")
                execute("INSERT INTO rows VALUES (1)")
        except LedgerError as error:
            problems.append(str(error))

    for number in range(60):
        database, together = Database(f"sqlite:///{tmp_path / str(number)}"), threading.Barrier(4)
        writers = [threading.Thread(target=write, args=(database, together)) for _ in range(4)]
        for writer in writers:
            writer.start()
        for writer in writers:
            writer.join()
        with database.transaction() as execute:
            assert problems == []
            assert execute("SELECT count(*) FROM rows") == [(4,)]
