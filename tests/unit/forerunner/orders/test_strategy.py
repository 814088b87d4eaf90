"""A play of an order ends where a worker was killed, whether its place was filled anew or not."""

from types import SimpleNamespace as Made
from typing import Any

import pytest
from ansible.plugins.loader import strategy_loader
from ansible.plugins.strategy.free import StrategyModule as FreeStrategy

from forerunner import home


class _Ended(Exception):
    """In the place of this process's end."""


@pytest.fixture
def strategy(monkeypatch: pytest.MonkeyPatch) -> Any:
    """The strategy over one worker that lives, with whatever it does in Ansible's turn noted."""
    strategy_loader.add_directory(str(home.root() / "roles/sim_order/strategy_plugins"))
    kind = strategy_loader.get("sim_systems", class_only=True)
    made = kind.__new__(kind)
    made.done, made._tqm = [], Made(has_dead_workers=lambda: True)
    made._workers = [None, Made(is_alive=lambda: True, kill=lambda: made.done.append("killed"))]
    for name in ("_queue_task", "_process_pending_results"):
        monkeypatch.setattr(FreeStrategy, name, lambda self, name=name: self.done.append(name))

    def end(code: int) -> None:
        raise _Ended(code)

    monkeypatch.setattr("os._exit", end)
    return made


@pytest.mark.parametrize("turn", ["_queue_task", "_process_pending_results"])
def test_a_killed_worker_ends_the_play_before_anything_else(strategy: Any, turn: str) -> None:
    with pytest.raises(_Ended, match="1"):
        getattr(strategy, turn)()

    assert strategy.done == ["killed"]


@pytest.mark.parametrize("turn", ["_queue_task", "_process_pending_results"])
def test_without_one_it_goes_on(strategy: Any, turn: str) -> None:
    strategy._tqm = Made(has_dead_workers=lambda: False)

    getattr(strategy, turn)()

    assert strategy.done == [turn]
