"""Devices that do with a line what their platform is written to do, for the circular test."""

import re
from collections.abc import Iterator

import pytest

from forerunner.dialects import config_tree, dialect, frr
from forerunner.dialects.config_tree import Path

# Of these a section has one: a second one takes the first one's place.
SINGLE = (
    r"hostname", r"description", r"mtu", r"shutdown|no shutdown", r"banner \S+",
    r"ip address (?!.*secondary)", r"ipv4 address (?!.*secondary)", r"encapsulation",
    r"(?:ip ospf )?(?:cost|network|hello-interval|dead-interval|retransmit-interval)\b",
    r"ip ospf(?: \d+)? area", r"ip router ospf", r"router-id", r"bgp router-id",
    r"ospf router-id", r"logging (?:trap|facility|source-interface)",
    r"snmp-server (?:contact|location)", r"ntp (?:source|source-interface|local-interface)\b",
    r"clock timezone", r"log syslog", r"ip domain", r"dns domain", r"remote-as", r"update-source",
    r"neighbor \S+ (?:remote-as|description|update-source)", r"domain name ",
    r"ip prefix-list \S+ seq \d+", r"ntp server \S+", r"server \S+",
    r"ip route \S+ \S+(?: \d+\.\d+\.\d+\.\d+)?(?= )", r"\d+\.\d+\.\d+\.\d+/\d+ \S+",
    r"username \S+ (?:priv|pass|role)", r"route-policy \S+\n", r"prefix-set \S+\n",
)  # fmt: skip
# NX-OS keeps all name servers in one line.
ONLY_ON = {"nxos": (r"ip name-server",)}
# FRR keeps several addresses of one interface side by side.
_MANY_ON_FRR = "ip address"


class Tree:
    """A device with sections: enters them, adds, replaces and negates lines.

    Args:
        platform: Its dialect.
        running: What it runs.
    """

    def __init__(self, platform: str, running: str) -> None:
        self.platform = platform
        speech = dialect(platform)
        self.grammar = frr.GRAMMAR if platform == "frr" else speech.grammar  # type: ignore[attr-defined]
        self.lines = config_tree.parse(running, self.grammar)

    def carry_out(self, commands: list[str]) -> None:
        here: Path = ()
        for command in commands:
            path = (*here, self.grammar.key(command))
            if command == "exit":
                here = here[:-1]
            elif command.startswith("no ") and self._gone(path):
                continue
            else:
                self._set(path, command)
                here = path if self.grammar.opens(path) else here

    def text(self) -> str:
        return "".join(self._written()) + "end\n"

    def _gone(self, path: Path) -> bool:
        gone = (*path[:-1], path[-1].removeprefix("no "))
        found = [each for each in self.lines if self._is(each, gone)]
        thing = self.grammar.thing(gone)
        if gone == thing or gone[-1].startswith(f"{''.join(thing[-1:])} remote-as "):
            # A neighbour goes with all that is said of it.
            found += [each for each in self.lines if self.grammar.thing(each) == thing]
        for each in dict.fromkeys(found):
            del self.lines[each]
        return bool(found)

    def _is(self, path: Path, gone: Path) -> bool:
        length = len(gone)
        if len(path) < length or path[: length - 1] != gone[:-1]:
            return False
        return f"{path[length - 1]} ".replace("\n", " ").startswith(f"{gone[-1]} ")

    def _set(self, path: Path, command: str) -> None:
        place = self.grammar.place(path[-1])
        taken = [each for each in self.lines if place and each[:-1] == path[:-1]]
        taken = [] if " entries of " in place else taken
        if any(self.grammar.place(each[-1]) == place and each != path for each in taken):
            raise AssertionError(f"% Its place is taken: {command}")
        for pattern in (*SINGLE, *ONLY_ON.get(self.platform, ())):
            found = re.match(pattern, path[-1])
            many = self.platform == "frr" and path[-1].startswith(_MANY_ON_FRR)
            if found and not many and not self.grammar.opens(path):
                self._replace(path, pattern, found[0])
        for length in range(1, len(path)):
            self.lines.setdefault(path[:length], path[length - 1])
        self.lines[path] = command

    def _replace(self, path: Path, pattern: str, begun: str) -> None:
        for each in [each for each in self.lines if each[:-1] == path[:-1] and each != path]:
            other = re.match(pattern, each[-1])
            if other and (pattern.startswith("shutdown") or other[0] == begun):
                del self.lines[each]

    def _written(self, above: Path = ()) -> Iterator[str]:
        indent = "  " * len(above)
        for path in self.lines:
            if path[:-1] == above and not self._unshown(path):
                yield f"{indent}{self.lines[path]}\n"
                yield from self._written(path)
                if self.platform == "frr" and self.grammar.opens(path):
                    yield f"{indent}exit\n"

    def _unshown(self, path: Path) -> bool:
        """FRR keeps an interface that nothing is left of, and does not show it."""
        empty = not any(each[:1] == path for each in self.lines if len(each) > 1)
        return self.platform == "frr" and path[-1].startswith("interface ") and empty


class SetLines:
    """A Junos device: sets lines, deletes all below one, shows only the longest of each."""

    _SINGLE = (
        r"(.* (?:host-name|message|description|mtu|metric|contact|location|preference|class|"
        r"encrypted-password|domain-name|time-zone|any|source-address) )"
    )

    def __init__(self, platform: str, running: str) -> None:
        self.lines = dict.fromkeys(running.splitlines())

    def carry_out(self, commands: list[str]) -> None:
        for command in commands:
            word, _, rest = command.partition(" ")
            if word == "delete":
                gone = [x for x in self.lines if f"{x} ".startswith(f"set {rest} ")]
                assert gone, f"% warning: statement not found: {command}"
                self.lines = {line: None for line in self.lines if line not in gone}
                continue
            single = re.match(self._SINGLE, command)
            if single and " from " not in command and "v3" not in command:
                kept = (x for x in self.lines if not x.startswith(single[1]))
                self.lines = dict.fromkeys(kept)
            self.lines[command] = None

    def text(self) -> str:
        shown = [x for x in self.lines if not any(y.startswith(f"{x} ") for y in self.lines)]
        return "\n".join(shown) + "\n"


class Files:
    """A server: whole files are written and removed."""

    def __init__(self, platform: str, running: str) -> None:
        parts = running.split("### ")[1:]
        self.files = {part.partition("\n")[0]: part.partition("\n")[2] for part in parts}
        self.files.pop("end", None)

    def carry_out(self, commands: list[str]) -> None:
        for command in commands:
            path, given, text = command.removeprefix("### ").partition("\n")
            self.files.pop(path, None)
            if given:
                self.files[path] = text

    def text(self) -> str:
        return "".join(f"### {path}\n{text}" for path, text in self.files.items())


@pytest.fixture
def device() -> type[Tree]:
    return lambda platform, running: {"junos": SetLines, "linux": Files}.get(platform, Tree)(  # type: ignore[return-value]
        platform, running
    )
