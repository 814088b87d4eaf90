"""Generated changes of FRR configurations: valid, varied, and none that must reset a session."""

from collections.abc import Callable
from random import Random

from forerunner.dialects import config_tree, frr

_WORDS = ("amber", "birch", "cedar", "delta", "ember", "fjord")
Act = Callable[[config_tree.Paths, Random], None]


def changed(config: str, dice: Random) -> str:
    """Return a configuration with one to five things changed, at least one by meaning.

    Args:
        config: A router's whole configuration.
        dice: Decides; the same seed gives the same change.
    """
    target = config
    while not frr.differences(config, target):
        target = _changed(config, dice)
    return target


def _changed(config: str, dice: Random) -> str:
    paths = dict(frr.parse(config))
    for act in dice.choices(_ACTS, k=dice.randint(1, 5)):
        act(paths, dice)
    head = "".join(f"{x}\n" for x in config.splitlines() if x.startswith(("frr ", "hostname ")))
    return head + config_tree.text(paths, frr.GRAMMAR) + "end\n"


def _cost(paths: config_tree.Paths, dice: Random) -> None:
    if path := _one(paths, dice, "ip ospf cost "):
        _replace(paths, path, f"ip ospf cost {dice.randint(5, 50)}")


def _description(paths: config_tree.Paths, dice: Random) -> None:
    if path := _one(paths, dice, "description "):
        before = path[-1].partition("description ")[0]
        _replace(paths, path, f"{before}description {_name(dice)}")


def _route(paths: config_tree.Paths, dice: Random) -> None:
    _add(paths, f"ip route 172.31.{dice.randint(0, 255)}.0/24 blackhole")


def _prefix_list(paths: config_tree.Paths, dice: Random) -> None:
    name = _name(dice)
    for sequence in range(1, dice.randint(2, 5)):
        _taken(paths, f"ip prefix-list {name} seq {5 * sequence} ")
        length = dice.randint(25, 32)
        line = f"ip prefix-list {name} seq {5 * sequence} permit 10.{dice.randint(0, 255)}.0.0/16"
        _add(paths, f"{line} le {length}")


def _access_list(paths: config_tree.Paths, dice: Random) -> None:
    name = f"acl-{_name(dice)}"
    _taken(paths, f"access-list {name} seq 5 ")
    _add(paths, f"access-list {name} seq 5 permit 10.{dice.randint(0, 255)}.0.0/16")


def _route_map(paths: config_tree.Paths, dice: Random) -> None:
    head = f"route-map {_name(dice)} permit {10 * dice.randint(1, 3)}"
    for path in [path for path in paths if path[0] == head]:
        del paths[path]
    _add(paths, head)
    _add(paths, head, f"set metric {dice.randint(1, 500)}")


def _away(paths: config_tree.Paths, dice: Random) -> None:
    mine = ("ip prefix-list ", "access-list ", "route-map ", "ip route 172.31.")
    heads = sorted({path[0] for path in paths if path[0].startswith(mine)})
    if heads:
        gone = dice.choice(heads)
        for path in [path for path in paths if path[0] == gone]:
            del paths[path]


def _one(paths: config_tree.Paths, dice: Random, mark: str) -> config_tree.Path | None:
    found = [path for path in paths if mark in path[-1]]
    return dice.choice(found) if found else None


def _replace(paths: config_tree.Paths, path: config_tree.Path, line: str) -> None:
    new = [(*path[:-1], line) if each == path else each for each in paths]
    paths.clear()
    for each in new:
        _add(paths, *each)


def _add(paths: config_tree.Paths, *path: str) -> None:
    paths[path] = path[-1]


def _taken(paths: config_tree.Paths, beginning: str) -> None:
    for path in [path for path in paths if path[0].startswith(beginning)]:
        del paths[path]


def _name(dice: Random) -> str:
    return f"{dice.choice(_WORDS)}-{dice.randint(1, 9)}"


_ACTS: tuple[Act, ...] = (
    _cost,
    _description,
    _route,
    _prefix_list,
    _access_list,
    _route_map,
    _away,
)
