"""The course of the demo: set the stage, play the fault twice, tell what happened."""

import os
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path

from rich.console import Console

from forerunner import home
from forerunner.degradation import schedule
from forerunner.demo import report
from forerunner.demo.story import Story
from forerunner.errors import ForerunnerError
from forerunner.lab import bfd
from forerunner.trials import arms, reaction, trial
from forerunner.trials.site import Site
from forerunner.trials.trial import LINK, Trial

KIND, SEED = "linear", 7
UNDRAIN_WITHIN_S = 75.0
"""How long the demo waits for the loop to return the healed link."""


def main(kind: str = KIND, seed: int = SEED) -> Path:
    """Run the demo and return the path of its JSON report.

    Args:
        kind: Kind of degradation that ends in a black hole.
        seed: Its seed.

    Raises:
        ForerunnerError: The loop did not act.
    """
    console, site, directory = Console(), Site.default(), home.var() / "reports"
    with ThreadPoolExecutor(1) as pool:
        with _step(console, "building the lab: six FRR routers, two hosts"):
            _train_and_build(site)
        clock = pool.submit(_start_airflow, site)
        bare = _unprotected(site, kind, seed, directory, console)
        with _step(console, "waiting for Airflow"):
            clock.result()
    guarded, quiet_from = _protected(site, kind, seed, directory, console)
    undrained = _await_return(site, guarded, console)
    story = Story.read(site, bare, guarded, quiet_from, undrained)
    path = report.publish(story, directory, console)
    see_that_it_acted(story)
    return path


def see_that_it_acted(story: Story) -> None:
    """Raise where the loop did not drain the link in time, which is what the demo is for.

    Raises:
        ForerunnerError: It did not; says where the reason stands.
    """
    if story.answer.drain is None:
        hint = "`forerunner ledger` says why"
        raise ForerunnerError(f"the loop did not drain the link before its fault; {hint}")


@contextmanager
def _step(console: Console, what: str) -> Iterator[None]:
    begun = time.monotonic()
    console.print(f"[bold]▸[/] {what} …")
    with console.status(what):
        yield
    console.print(f"  [dim]{time.monotonic() - begun:.0f} s[/]")


def _train_and_build(site: Site) -> None:
    if not (site.var / "models" / "link_failure.json").exists():
        site.command("python", "-m", "analytics", "train")
    site.playbook("stop_telemetry", check=False)
    site.playbook("build_lab")
    bfd.set_enabled(site.lab, False)
    arms.return_link(site)


def _start_airflow(site: Site) -> None:
    port = os.environ.get("FORERUNNER_AIRFLOW_PORT", "8080")
    site.command("forerunner", "airflow", "up", "--port", port)


def _unprotected(site: Site, kind: str, seed: int, directory: Path, console: Console) -> Trial:
    with _step(console, f"the fault without Forerunner: {kind} loss on {LINK}, then a black hole"):
        played = trial.run(site, schedule(kind, seed), "unprotected", directory)
    console.print(f"  lost {played.lost} of {played.sent} packets")
    return played


def _protected(
    site: Site, kind: str, seed: int, directory: Path, console: Console
) -> tuple[Trial, float]:
    with _step(console, "starting telemetry: SNMPv3, probes on every link, the model"):
        arms.wait_in_service(site)
        site.playbook("start_telemetry")
        quiet_from = time.time()
    with _step(console, f"the same fault with Forerunner: {kind}, seed {seed}"):
        played = trial.run(site, schedule(kind, seed), "protected", directory)
    console.print(f"  lost {played.lost} of {played.sent} packets")
    return played, quiet_from


def _await_return(site: Site, played: Trial, console: Console) -> bool:
    """Return whether the loop returned the healed link to service by itself."""
    deadline = time.monotonic() + UNDRAIN_WITHIN_S
    with _step(console, "the link has healed: waiting for the loop to return it"):
        while time.monotonic() < deadline:
            if reaction.verified(reaction.acts(site, played.began_at), "undrain_link"):
                return True
            time.sleep(1)
    return False
