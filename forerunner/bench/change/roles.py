"""`make bench-change`, part apply: every role twice, by the playbook that people type."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from subprocess import CompletedProcess

from rich.console import Console

from forerunner.bench.change.site import NotMeasured
from forerunner.bench.rows import Extent
from forerunner.trials.site import Site

_LINK = ("-e", "link=r1:r3")
_CHANGED = re.compile(r"changed=([1-9]\d*)")
_FLEET = ("-i", "inventories/fleet")


@dataclass(frozen=True)
class Play:
    """A playbook that is run twice in a row.

    Attributes:
        role: The role that it is for.
        name: Without its ending.
        arguments: Further arguments of `ansible-playbook`.
    """

    role: str
    name: str
    arguments: tuple[str, ...] = ()


PLAYS = (
    Play("lab_network", "build_lab"),
    Play("telemetry", "start_telemetry"),
    Play("config_backup", "backup_configs"),
    Play("backup_freshness", "check_backups"),
    Play("device_config", "configure_devices"),
    Play("config_plan", "plan_config"),
    Play("config_drift", "check_drift"),
    Play("device_health", "check_health"),
    Play("config_restore", "restore_config", ("-e", "device=r2")),
    Play("inventory_import", "import_network"),
    Play("topology_check", "check_topology"),
    Play("state_exporter", "start_exporter"),
    Play("state_exporter", "stop_exporter"),
    Play("intent", "render_configs", ("-i", "inventories/example")),
    Play("link_impairment", "impair_link", (*_LINK, "-e", "loss=0.001")),
    Play("link_impairment", "impair_link", _LINK),
    Play("link_drain", "drain_link", _LINK),
    Play("link_drain", "undrain_link", _LINK),
    Play("telemetry", "stop_telemetry"),
    Play("telemetry_rollup", "roll_up_telemetry"),
    Play("flow_collection", "start_flows"),
    Play("flow_collection", "stop_flows"),
    Play("flow_import", "import_flows"),
    Play("simulated_fleet", "start_fleet", (*_FLEET, "-e", "fleet_size=4")),
    Play("device_lines", "push_lines", (*_FLEET, "-e", "lines_file={lines}", "--limit", "dev0001")),
    Play("simulated_fleet", "stop_fleet", _FLEET),
)
EXCUSED = {
    "change_gate": "stands in every playbook that writes, and gives back what it took",
    "device_results": "only lets devices fail as themselves",
    "napalm_compare": "there is no device of such a vendor here, and it writes nothing",
    "telemetry_quality": "only reads, and what it reads grows from one second to the next",
    "telemetry_collection": "only reads, and each look is another sample",
    "speed_test": "only measures, and each time is another sample",
    "model_training": "learns from what was recorded meanwhile, and no device is asked",
    "prediction_grading": "only reads, and what it reads grows from one second to the next",
    "sla_check": "only reads, and a path that was not measured yet fails",
    "restore_drill": "wipes a router each time, on purpose",
    "subscriber_lab": "is in playbooks/build_lab.yml, which is run twice for role lab_network",
    # What a SIM order does the second time is tests/integration/test_sim_orders.py's.
    **dict.fromkeys(
        (
            "sim_order",
            "subscriber_chunk",
            "hlr_subscriber",
            "hss_subscriber",
            "gport_number",
            "mind_account",
            "srp_profile",
        ),
        "brings SIM orders, of which the same request again only reports",
    ),
}
_SHORT_STEP = 6


def changed_again(site: Site, extent: Extent, console: Console) -> tuple[int, list[str]]:
    """Run each playbook twice; return how many, and what the second run changed or could not do.

    Raises:
        NotMeasured: One failed the first time.
    """
    chosen = PLAYS if extent == "full" else PLAYS[::_SHORT_STEP]
    found = list(_again(site, chosen))
    console.print(f"{len(chosen)} playbooks twice: {found or 'nothing changed again'}")
    return len(chosen), found


def _again(site: Site, plays: Sequence[Play]) -> Iterator[str]:
    lines = site.var / "lines.txt"
    lines.write_text("interface GigabitEthernet0/1\n description pushed twice\n")
    if any(play.role == "telemetry" for play in plays):
        # The watch does not start without the model.
        site.command("python", "-m", "analytics", "train")
    for play in plays:
        first, second = (_run(site, play, lines) for _ in range(2))
        if first.returncode:
            raise NotMeasured(f"{play.name} failed: {first.stdout[-400:]}")
        if second.returncode or _CHANGED.search(second.stdout.partition("PLAY RECAP")[2]):
            yield f"{play.role} ({play.name})"


def _run(site: Site, play: Play, lines: Path) -> CompletedProcess[str]:
    arguments = [each.format(lines=lines) for each in play.arguments]
    inventory = [] if "-i" in arguments else ["-i", "inventories/lab"]
    return site.run("ansible-playbook", *inventory, f"playbooks/{play.name}.yml", *arguments)
