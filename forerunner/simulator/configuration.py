"""The running configuration of a simulated device: some 23 KB, shared until it is written to."""

from collections.abc import Iterator
from functools import cache

# A section's head, or a line of its own with nothing below it, to the lines below it.
Tree = dict[str, dict[str, None]]

_INTERFACES = 110
_ROUTES = 100
# A line of these replaces the one that begins alike, as a single value does.
_SINGLE = ("description ", "ip address ", "ip ospf cost ", "bandwidth ", "mtu ", "hostname ")
SECTIONS = ("interface ", "router ", "line ", "vrf ", "route-map ", "policy-map ", "class-map ")


class RunningConfig:
    """What one device runs.

    Args:
        name: Its hostname.
        platform: `ios` or `frr`.
    """

    def __init__(self, name: str, platform: str) -> None:
        self._name, self._platform = name, platform
        self._own: Tree | None = None

    def text(self) -> str:
        """Return the answer to `show running-config`."""
        body = _shared_text(self._platform) if self._own is None else _body(self._own, self._exit)
        if self._platform == "frr":
            head = "Building configuration...\n\nCurrent configuration:\n!\nfrr version 8.4.4\n"
            return f"{head}frr defaults traditional\nhostname {self._name}\n!\n{body}end\n"
        head = "Building configuration...\n\nCurrent configuration : 23000 bytes\n!\nversion 15.7\n"
        return f"{head}hostname {self._name}\n!\n{body}end\n"

    def apply(self, section: str, line: str) -> None:
        """Take one configuration line, in a section or at the top (`section` empty)."""
        tree = self._writable()
        if line.startswith("no "):
            _drop(tree.get(section, {}) if section else tree, line[3:])
        elif not section:
            tree.setdefault(line, {})
        else:
            _set(tree.setdefault(section, {}), line)

    @property
    def _exit(self) -> str:
        return "exit\n" if self._platform == "frr" else ""

    def _writable(self) -> Tree:
        if self._own is None:
            self._own = {head: dict(lines) for head, lines in _shared(self._platform).items()}
        return self._own


def is_section(line: str) -> bool:
    """Return whether a line opens a section."""
    return line.startswith(SECTIONS)


def is_known(line: str) -> bool:
    """Return whether a simulated device takes a configuration line at all."""
    return line.removeprefix("no ").split(" ")[0] in _vocabulary()


@cache
def _vocabulary() -> frozenset[str]:
    words = {"hostname", "logging", "ntp", "snmp-server", "exit", "end", "shutdown", "bandwidth"}
    words |= {"mtu", "vrf", "username", "route-map", "policy-map", "class-map", "tcp"}
    for platform in ("ios", "frr"):
        for head, lines in _shared(platform).items():
            words |= {line.split(" ")[0] for line in (head, *lines)}
    return frozenset(words)


def _drop(lines: Tree | dict[str, None], line: str) -> None:
    for old in [each for each in lines if each == line or each.startswith(f"{line} ")]:
        del lines[old]


def _set(lines: dict[str, None], line: str) -> None:
    for prefix in _SINGLE:
        if line.startswith(prefix):
            for old in [each for each in lines if each.startswith(prefix)]:
                del lines[old]
    lines[line] = None


@cache
def _shared_text(platform: str) -> str:
    return _body(_shared(platform), "exit\n" if platform == "frr" else "")


@cache
def _shared(platform: str) -> Tree:
    return dict(_ios() if platform == "ios" else _frr())


def _ios() -> Iterator[tuple[str, dict[str, None]]]:
    for line in ("service timestamps log datetime msec", "no ip domain lookup", "ip cef"):
        yield line, {}
    for number in range(1, _INTERFACES + 1):
        lines = [
            f"description customer {number:04} circuit {number * 7919 % 100000:05}",
            f"ip address 10.{number // 250}.{number % 250}.1 255.255.255.0",
            "ip ospf cost 10",
            "load-interval 30",
        ]
        yield f"interface GigabitEthernet0/{number}", dict.fromkeys(lines)
    networks = [f"network 10.{n // 250}.{n % 250}.0 0.0.0.255 area 0" for n in range(1, 40)]
    yield "router ospf 1", dict.fromkeys(networks)
    for number in range(_ROUTES):
        yield f"ip route 172.16.{number}.0 255.255.255.0 10.0.1.254", {}
    for number in range(60):
        yield f"access-list 10 permit 192.0.2.{number}", {}
    yield "line vty 0 4", {"login local": None, "transport input ssh": None}


def _frr() -> Iterator[tuple[str, dict[str, None]]]:
    yield "service integrated-vtysh-config", {}
    for number in range(_ROUTES):
        yield f"ip route 172.16.{number}.0/24 10.0.1.254", {}
    for number in range(1, _INTERFACES + 1):
        lines = [
            f"description customer {number:04} circuit {number * 7919 % 100000:05}",
            f"ip address 10.{number // 250}.{number % 250}.1/24",
            "ip ospf area 0",
            "ip ospf cost 10",
            "ip ospf network point-to-point",
            "ip ospf retransmit-interval 2",
        ]
        yield f"interface ge{number}", dict.fromkeys(lines)
    yield "router ospf", {"ospf router-id 10.255.0.1": None, "passive-interface default": None}


def _body(tree: Tree, leave: str) -> str:
    parts: list[str] = []
    for head, lines in tree.items():
        parts.append(f"{head}\n")
        if lines or is_section(head):
            parts += [f" {line}\n" for line in lines]
            parts.append(f"{leave}!\n")
    return "".join(parts)
