"""The command line of a simulated EOS device: as much of it as NAPALM's driver says."""

import json
import re
from pathlib import Path

from forerunner.simulator import eos
from forerunner.simulator.console import CommandLine

_JSON = " | json"
_TIMER = re.compile(r"(\d\d):(\d\d):(\d\d)")
_SESSION = re.compile(r"configure session (\S+)(?: (commit|abort)(?: timer (\S+))?)?")
_SAID = {
    "terminal length": "Pagination disabled.\n",
    "terminal width": "Width set to 511 columns.\n",
    "enable": "",
}
_INVALID = "% Invalid input\n"


class EosConsole(CommandLine):
    """One user's session on one device; the configuration is everybody's.

    Args:
        name: Hostname, which the prompt begins with.
        device: What the device runs.
        log: File that takes each command, as an accounting log would.
    """

    def __init__(self, name: str, device: eos.EosDevice, log: Path) -> None:
        self._name, self._device, self._log = name, device, log
        self._session, self._section = "", eos.Path()
        self.paged = False
        self.left = False

    @property
    def prompt(self) -> str:
        """Return the prompt of the mode that the session is in."""
        return f"{self._name}(config-s-{self._session[:6]})#" if self._session else f"{self._name}#"

    def answer(self, line: str) -> tuple[str, bool]:
        """Return what the device says to a line, and whether it took the line."""
        line = " ".join(line.split())
        if line:
            with self._log.open("a") as log:
                log.write(f"{line}\n")
        if found := _SESSION.fullmatch(line):
            return self._on_session(*found.groups())
        said = self._configure(line) if self._session else self._told(line)
        return said, not said.startswith("%")

    def _on_session(self, name: str, verb: str | None, timer: str | None) -> tuple[str, bool]:
        if verb == "abort":
            said = self._device.abort(name)
        elif verb == "commit":
            said = self._device.commit(name, _seconds(timer) if timer else None)
        else:
            self._device.sessions.setdefault(name, eos.EosSession(dict(self._device.running)))
            self._session, self._section, said = name, (), ""
        return (f"{said}\n" if said else ""), not said

    def _configure(self, line: str) -> str:
        tree = self._device.sessions[self._session].tree
        if line == "end":
            self._session = ""
            return ""
        if line == "rollback clean-config":
            tree.clear()
            return ""
        section = eos.take(tree, self._section, line)
        if section is None:
            return _INVALID
        self._section = section
        return ""

    def _told(self, line: str) -> str:
        if line in ("exit", "quit", "logout"):
            self.left = True
            return ""
        if line == "write memory":
            self._device.startup = dict(self._device.running)
            return "Copy completed successfully.\n"
        if line == "copy startup-config flash:rollback-0":
            self._device.flash = dict(self._device.startup)
            return "Copy completed successfully.\n"
        if line == "configure replace flash:rollback-0":
            self._device.running = dict(self._device.flash)
            return ""
        for begin, said in _SAID.items():
            if line.startswith(begin):
                return said
        shown = self._show(line) if line else ""
        return _INVALID if shown is None else f"{shown}\n" if shown else ""

    def _show(self, line: str) -> str | None:
        if line.endswith(_JSON):
            found = self._data(line.removesuffix(_JSON))
            return json.dumps(found, indent=4) if found is not None else None
        words = line.split()
        if line in ("show running-config", "show startup-config"):
            tree = self._device.running if "running" in line else self._device.startup
            return eos.shown(line, self._name, tree)
        if words[:3] == ["show", "session-config", "named"] and words[3] in self._device.sessions:
            if words[4:] == ["diffs"]:
                return self._device.diffs(words[3])
            return eos.shown(line, self._name, self._device.sessions[words[3]].tree)
        if line == "show configuration sessions":
            rows = (f"  {x:<30} {y.state}" for x, y in self._device.sessions.items())
            return "\n".join(["  Name                           State", *rows])
        return None

    def _data(self, line: str) -> object:
        device = self._device
        if line == "show version":
            return {"version": eos.VERSION, "uptime": device.uptime, "modelName": "vEOS-lab"}
        if line.startswith("show configuration sessions"):
            return {"sessions": {x: self._row(y) for x, y in device.sessions.items()}}
        if line == "show interfaces":
            return eos.interfaces(device)
        peers = [] if "ipv6" in line else eos.bgp_peers(device)
        if line in ("show ip bgp neighbors vrf all", "show ipv6 bgp peers vrf all"):
            return {"vrfs": {"default": {"peerList": peers}}}
        if line in ("show ip bgp summary vrf all", "show ipv6 bgp summary vrf all"):
            accepted = {str(x["peerAddress"]): {"prefixAccepted": 0} for x in peers}
            return {"vrfs": {"default": {"routerId": "10.0.0.1", "peers": accepted}}}
        return None

    def _row(self, session: eos.EosSession) -> dict[str, object]:
        row: dict[str, object] = {"state": session.state, "instances": {}}
        if session.state == "pendingCommitTimer":
            row["commitBy"] = self._device.commit_by
        return row


def _seconds(timer: str) -> float:
    found = _TIMER.fullmatch(timer)
    hours, minutes, seconds = map(int, found.groups()) if found else (0, 5, 0)
    return float(hours * 3600 + minutes * 60 + seconds)
