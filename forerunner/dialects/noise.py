"""What a device says in its configuration that is nobody's intent: it changes by itself."""

import re
from collections.abc import Mapping

_COMMON = (
    r"Building configuration\.*",
    r"Current configuration ?:.*",
    r"[!#]+ *(?:Time|Command|Uptime)\b ?:.*",
    r"[!#]+.*\buptime is\b.*",
    r"[!#]+ *(?:NVRAM config|Last (?:configuration change|modified|commit|changed))\b.*",
    r"[!#]+ *No configuration change since last restart.*",
    r"[!#]+ *(?:Running|Startup) configuration last (?:done|saved) at.*",
    r"ntp clock-period \d+",
)
_WEEKDAY = r"(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)"
_OWN: Mapping[str, tuple[str, ...]] = {
    # The router prints the time of asking before its answer.
    "iosxr": (rf"{_WEEKDAY} \w{{3}} +\d+ \d\d:\d\d:\d\d(?:\.\d+)? \S+",),
    "eos": (r"! *boot-time ?:.*", r"! Startup-config last modified at.*"),
    "nxos": (r"!.*\bas of \d{4}-\d\d-\d\d.*",),
}
# How a line may begin that changes by itself: most lines do not, and a device has thousands.
_HEADS = {"": frozenset("!#BbCcNn"), "iosxr": frozenset("!#BbCcNnMmTtWwFfSs")}
_MASKS = {
    name: re.compile("|".join(f"(?:{line})" for line in (*_COMMON, *own)), re.IGNORECASE)
    for name, own in {"": (), **_OWN}.items()
}


def without_noise(platform: str, config: str) -> str:
    """Return a configuration without the lines that change by themselves.

    Time stamps, uptime, byte counts and the drift of a clock go; comments that people wrote,
    versions and blank lines stay. The answer ends in one newline.

    Args:
        platform: Name of the dialect, or of a collection's module as `cisco.ios.ios`.
        config: As the device gave it.
    """
    name = platform.rpartition(".")[2]
    is_noise, heads = _MASKS.get(name, _MASKS[""]).fullmatch, _HEADS.get(name, _HEADS[""])
    lines = map(str.rstrip, config.splitlines())
    kept = [x for x in lines if x[:1] not in heads or x == "!" or not is_noise(x)]
    return "\n".join(kept).strip("\n") + "\n"
