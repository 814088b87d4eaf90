"""The command line of a simulated device: modes, prompts, and what it answers to a line."""

from abc import ABC, abstractmethod
from collections.abc import Iterator

from forerunner.simulator.configuration import RunningConfig, is_known, is_section

PAGE_LINES = 24
_SHOW = ("show running-config", "show run", "show startup-config")
_QUIET = ("", "!", "terminal width", "enable", "clear", "do")


class CommandLine(ABC):
    """One user's session on one device, whatever its platform.

    Attributes:
        paged: Whether long answers come page by page.
        left: Whether the user has left.
    """

    paged: bool
    left: bool

    @property
    @abstractmethod
    def prompt(self) -> str:
        """Return the prompt of the mode that the session is in."""

    @abstractmethod
    def answer(self, line: str) -> tuple[str, bool]:
        """Return what the device says to a line, and whether it took the line."""

    def run(self, command: str) -> Iterator[tuple[str, bool]]:
        """Answer the lines of an exec command, up to the first that the device does not take."""
        for line in command.splitlines():
            said, taken = self.answer(line)
            yield said, taken
            if not taken:
                return


class Console(CommandLine):
    """One user's session on one device; the configuration is everybody's.

    Args:
        name: Hostname, which the prompt begins with.
        platform: `ios` or `frr`: how it refuses a line.
        config: What the device runs.
    """

    def __init__(self, name: str, platform: str, config: RunningConfig) -> None:
        self._name, self._platform, self._config = name, platform, config
        self._mode, self._section = "", ""
        self.paged = True
        self.left = False

    @property
    def prompt(self) -> str:
        """Return the prompt of the mode that the session is in."""
        return f"{self._name}{self._mode}#"

    def answer(self, line: str) -> tuple[str, bool]:
        """Return what the device says to a line, and whether it took the line."""
        line = " ".join(line.split())
        if self._mode:
            return self._configure(line)
        if line in ("configure terminal", "conf t", "configure"):
            self._mode = "(config)"
            said = "Enter configuration commands, one per line.  End with CNTL/Z.\n"
            return ("" if self._platform == "frr" else said), True
        if line in ("exit", "quit", "logout"):
            self.left = True
            return "", True
        return self._show(line)

    def _show(self, line: str) -> tuple[str, bool]:
        if line.startswith(_SHOW):
            return self._config.text(), True
        if line.startswith("terminal length"):
            self.paged = not line.endswith(" 0")
        elif line in (answers := self._answers()):
            return answers[line], True
        elif not line.startswith(_QUIET[2:]) and line not in _QUIET:
            return self._refusal(line), False
        return "", True

    def _answers(self) -> dict[str, str]:
        frr = self._platform == "frr"
        kind = "FRRouting 8.4.4" if frr else "Cisco IOS Software, 15.7"
        saving = "Integrated configuration saved to /etc/frr/frr.conf" if frr else "Building..."
        return {
            "show version": f"{kind} (simulated)\n{self._name} uptime is 1 week\n",
            "show privilege": "Current privilege level is 15\n",
            "write memory": f"{saving}\n[OK]\n",
        }

    def _configure(self, line: str) -> tuple[str, bool]:
        if line in ("", "!"):
            return "", True
        if line == "end" or (line == "exit" and not self._section):
            self._mode = self._section = ""
        elif line == "exit":
            self._mode, self._section = "(config)", ""
        elif not is_known(line):
            return self._refusal(line), False
        elif is_section(line):
            self._mode, self._section = f"(config-{line[:2]})", line
            self._config.apply("", line)
        else:
            self._config.apply(self._section, line)
        return "", True

    def _refusal(self, line: str) -> str:
        if self._platform == "frr":
            return f"% Unknown command: {line}\n"
        return f"{' ' * (len(self.prompt))}^\n% Invalid input detected at '^' marker.\n\n"
