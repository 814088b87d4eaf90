"""The parts of the fleet's benchmark: who is measured against whom, on how many devices."""

import json
from collections.abc import Callable, Mapping, Sequence
from statistics import median

from rich.console import Console

from forerunner.bench.fleet.site import LINES, FleetSite, Run, standing, stored
from forerunner.bench.peer import PEERS, peer_python
from forerunner.bench.rows import Extent, Row

LATENCY_S = 0.2
_SHORT = 6
Contender = Callable[[FleetSite], Run]


def ours(site: FleetSite) -> Run:
    """Back up by playbook, as every night: each device was backed up before and is the same."""
    return _ours(site, memory=False)


def _ours(site: FleetSite, memory: bool) -> Run:
    out = site.directory / "backups"
    playbook = site.ours("playbooks/backup_configs.yml", "-e", f"config_backup_directory={out}")
    if site.first is None:
        # The first backup encrypts every configuration; it is reported, and not what a night is.
        site.fresh("backups")
        site.first = site.run(playbook, memory)
    run = site.run(playbook, memory)
    stored(out, site.size)
    return run


def peer(name: str) -> Contender:
    """Return a peer that backs up: a script in `peers/`."""

    def contender(site: FleetSite) -> Run:
        out = site.fresh(name)
        given = site.given(name, action="backup", out=str(out))
        run = site.run([str(peer_python()), str(PEERS / f"by_{name}.py"), str(given)])
        stored(out, site.size)
        return run

    return contender


def network_cli(site: FleetSite) -> Run:
    """Back up by ansible-playbook as it comes: network_cli, five forks."""
    program = str(peer_python().with_name("ansible-playbook"))
    inventory = site.directory / "network_cli.json"
    # No settings but Ansible's own; it takes no file for one that does not end so.
    unset = site.directory / "unset.cfg"
    unset.write_text("")
    inventory.write_text(_network_cli_inventory(site))
    run = site.run(
        [program, "-i", str(inventory), str(PEERS / "network_cli.yml")],
        ANSIBLE_CONFIG=str(unset),
        ANSIBLE_HOST_KEY_CHECKING="False",
    )
    # Its connections stay for half a minute, a process each: not at the cost of who comes next.
    site.await_quiet()
    return run


def start_only(site: FleetSite) -> Run:
    """Start ansible-playbook on the same inventory, and do nothing."""
    return site.run(site.ours(str(PEERS / "start_only.yml")))


def backup_20(extent: Extent, console: Console) -> list[Row]:
    """Against default network_cli on 20 devices."""
    return _network_cli_rows(">= 10", 20, 3, extent, console)


def backup_100(extent: Extent, console: Console) -> list[Row]:
    """Against default network_cli on 100 devices; it takes minutes, so twice."""
    return _network_cli_rows(">= 50", 100, 2, extent, console)


def backup_500(extent: Extent, console: Console) -> list[Row]:
    """Against nornir+netmiko, netmiko in threads and scrapli on 500 devices."""
    names = ("nornir_netmiko", "netmiko_threads", "scrapli_asyncio")
    contenders = {"ours": ours} | {name: peer(name) for name in names}
    size = _size(500, extent)
    with standing("backup_500", size) as site:
        runs = interleaved(site, contenders, _rounds(5, extent), console)
    ids = ("fleet_vs_nornir_500", "fleet_vs_netmiko_500", "fleet_vs_scrapli_500")
    goals = (">= 2", None, None)
    first = [site.first] if site.first else []
    return [
        ratio_row(row, goal, f"backup of {size} devices", runs["ours"], name, runs[name], size)
        for row, goal, name in zip(ids, goals, names, strict=True)
    ] + [
        ratio_row("fleet_first_vs_nornir_500", None, f"very first backup of {size} devices, "
                  "each encrypted", first, names[0], runs[names[0]][:1], size)
    ]  # fmt: skip


def push_500(extent: Extent, console: Console) -> list[Row]:
    """Push of 20 lines with the difference, and once more, against nornir+netmiko."""
    size = _size(500, extent)
    runs: dict[str, list[Run]] = {}
    with standing("push_500", size) as site:
        for _ in range(_rounds(3, extent)):
            for name, contender in {"ours": _push_ours, "nornir_netmiko": _push_nornir}.items():
                site.start()
                for which in ("first", "again"):
                    run = contender(site)
                    runs.setdefault(f"{name} {which}", []).append(run)
                    console.print(f"{name} {which}: {run.seconds:.2f} s")
    return [
        ratio_row(row, goal, f"{what} of {len(LINES)} lines to {size} devices",
                  runs[f"ours {which}"], "nornir_netmiko", runs[f"nornir_netmiko {which}"], size)
        for row, goal, what, which in (
            ("push_vs_nornir_500", ">= 2", "push, read back and difference", "first"),
            ("push_again_vs_nornir_500", None, "second push, which changes nothing", "again"),
        )
    ]  # fmt: skip


def bare_2000(extent: Extent, console: Console) -> list[Row]:
    """Against a bare asyncssh loop on 2,000 devices, Ansible's fixed start apart."""
    size = _size(2000, extent)
    contenders = {"ours": ours, "start": start_only, "bare_asyncssh": peer("bare_asyncssh")}
    with standing("bare_2000", size) as site:
        runs = interleaved(site, contenders, _rounds(3, extent), console)
    start = median(run.seconds for run in runs["start"])
    apart = [Run(run.seconds - start, run.simulator_s) for run in runs["ours"]]
    what, bare = (
        f"backup of {size} devices, Ansible's {start:.1f} s of start",
        runs["bare_asyncssh"],
    )
    return [
        ratio_row(row, goal, f"{what} {how}", mine, "bare_asyncssh", bare, size)
        for row, goal, how, mine in (
            ("fleet_vs_bare_2000", ">= 0.75", "apart", apart),
            ("fleet_vs_bare_2000_inclusive", None, "included", runs["ours"]),
        )
    ]


def latency_500(extent: Extent, console: Console) -> list[Row]:
    """Against nornir+netmiko on 500 devices that take 0.2 s for every answer."""
    size = _size(500, extent)
    contenders = {"ours": ours, "nornir_netmiko": peer("nornir_netmiko")}
    with standing("latency_500", size, LATENCY_S) as site:
        runs = interleaved(site, contenders, _rounds(3, extent), console)
    what = f"backup of {size} devices that take {LATENCY_S} s to answer"
    return [ratio_row("fleet_latency_vs_nornir_500", ">= 2", what, runs["ours"],
                      "nornir_netmiko", runs["nornir_netmiko"], size)]  # fmt: skip


def memory(extent: Extent, console: Console) -> list[Row]:
    """Peak memory of the whole ansible-playbook process tree at 500 and at 2,000 devices."""
    found = []
    for row, goal, full in (
        ("fleet_memory_500_mb", "<= 150", 500),
        ("fleet_memory_2000_mb", None, 2000),
    ):
        size = _size(full, extent)
        with standing(f"memory_{full}", size) as site:
            peaks = [_ours(site, memory=True).peak_mb for _ in range(_rounds(2, extent))]
        console.print(f"{row}: {peaks}")
        what = f"peak of the ansible-playbook process tree (PSS), backup of {size} devices"
        found.append(Row(row, what, round(max(peaks), 1), "MB", goal, n=len(peaks)))
    return found


def interleaved(
    site: FleetSite, contenders: Mapping[str, Contender], rounds: int, console: Console
) -> dict[str, list[Run]]:
    """Let every contender run in turn, so that what the machine does meanwhile hits all alike."""
    runs: dict[str, list[Run]] = {name: [] for name in contenders}
    for _ in range(rounds):
        for name, contender in contenders.items():
            run = contender(site)
            runs[name].append(run)
            console.print(f"{name}: {run.seconds:.2f} s, simulator {run.simulator_s:.2f} CPU s")
    return runs


def ratio_row(
    row: str,
    goal: str | None,
    what: str,
    mine: Sequence[Run],
    name: str,
    theirs: Sequence[Run],
    size: int,
) -> Row:
    """Return how many times as fast we are: the median of the rounds' ratios."""
    ratios = [b.seconds / a.seconds for a, b in zip(mine, theirs, strict=True)]
    ratio = round(median(ratios), 2)
    spread = f"{min(ratios):.2f} to {max(ratios):.2f}"
    devices = f"{size / median(run.seconds for run in mine):.0f} a second"
    theirs_rate = size / median(run.seconds for run in theirs)
    cost = median(run.simulator_s for run in mine)
    text = f"{what}: {devices}; rounds {spread}; simulator {cost:.1f} CPU s of its own"
    return Row(
        row, text, ratio, "x", goal, f"{name}, devices/s", round(theirs_rate, 1), ratio, len(ratios)
    )


def _network_cli_rows(
    goal: str, full: int, rounds: int, extent: Extent, console: Console
) -> list[Row]:
    """Return our ratio, and the one that Ansible's start and a bare loop after it would have."""
    size = _size(full, extent)
    contenders = {"ours": ours, "network_cli": network_cli, "start": start_only,
                  "bare_asyncssh": peer("bare_asyncssh")}  # fmt: skip
    with standing(f"backup_{full}", size) as site:
        runs = interleaved(site, contenders, _rounds(rounds, extent), console)
    bare = [
        Run(start.seconds + loop.seconds, loop.simulator_s)
        for start, loop in zip(runs["start"], runs["bare_asyncssh"], strict=True)
    ]
    start = median(run.seconds for run in runs["start"])
    return [
        ratio_row(row, met, f"{what} of {size} devices", mine, "network_cli",
                  runs["network_cli"], size)
        for row, met, what, mine in (
            (f"fleet_vs_network_cli_{full}", goal, "backup, both starts included", runs["ours"]),
            (f"fleet_bound_{full}", None, f"Ansible's start ({start:.2f} s), then a bare loop",
             bare),
        )
    ]  # fmt: skip


def _network_cli_inventory(site: FleetSite) -> str:
    """Return the same inventory, but for the names of platform and connection."""
    data = json.loads((site.directory / "fleet" / "hosts.json").read_text())
    shared = data["routers"]["vars"]
    extra = {
        "ansible_network_os": "cisco.ios.ios",
        "ansible_connection": "ansible.netcommon.network_cli",
        "ansible_network_cli_ssh_type": "libssh",
        "ansible_libssh_config_file": "/dev/null",
        # It reads host keys from the user's own file alone; not to look is no disadvantage to it.
        "ansible_host_key_checking": False,
    }
    hosts = {
        name: {**host, "ansible_network_os": "cisco.ios.ios"}
        for name, host in data["_meta"]["hostvars"].items()
    }
    return json.dumps({"all": {"hosts": hosts, "vars": {**shared, **extra}}})


def _push_ours(site: FleetSite) -> Run:
    file = site.directory / "lines.txt"
    file.write_text("".join(f"{line}\n" for line in LINES))
    return site.run(site.ours("playbooks/push_lines.yml", "-e", f"lines_file={file}", "--diff"))


def _push_nornir(site: FleetSite) -> Run:
    given = site.given("push", action="push", lines=list(LINES), out="")
    return site.run([str(peer_python()), str(PEERS / "by_nornir_netmiko.py"), str(given)])


def _size(full: int, extent: Extent) -> int:
    return full if extent == "full" else _SHORT


def _rounds(full: int, extent: Extent) -> int:
    return full if extent == "full" else 1
