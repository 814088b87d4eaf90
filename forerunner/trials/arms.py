"""What protects the stream: OSPF's dead timer alone, BFD, or the whole loop."""

import json

from analytics.decide import Policy
from forerunner.lab import bfd, impairment, wait_converged
from forerunner.trials import reaction
from forerunner.trials.site import ROUTERS_ALONE, Site
from forerunner.trials.trial import LINK

ARMS = ("dead_timer", "bfd", "forerunner")
CONVERGED_WITHIN_S = 60.0


def raise_arm(site: Site, arm: str, port: int) -> None:
    """Bring up a lab and what protects it.

    Args:
        site: Where.
        arm: One of `ARMS`.
        port: Port of Airflow's API server, for the arm that has one.
    """
    site.playbook("build_lab", *ROUTERS_ALONE)
    bfd.set_enabled(site.lab, arm == "bfd")
    if arm == "forerunner":
        site.command("python", "-m", "analytics", "train")
        site.command("forerunner", "airflow", "up", "--port", str(port))
        site.playbook("start_telemetry")


def reset(site: Site, arm: str) -> None:
    """Bring a lab back to where a trial starts: link in service, routers converged, no memory."""
    impairment.clear(site.lab, LINK)
    if arm == "forerunner":
        quiet(site)
    wait_in_service(site)
    if arm == "forerunner":
        site.playbook("start_telemetry")


def quiet(site: Site) -> None:
    """Let what is under way end, stop telemetry so that nothing else acts, return the link."""
    reaction.settle(site)
    site.playbook("stop_telemetry")
    return_link(site)


def return_link(site: Site) -> None:
    """Return the stream's link to service, however unwell it has just been: a trial is over."""
    anyway = "link_drain_return_unhealthy=true"
    site.playbook("undrain_link", "-e", f"link={LINK}", "-e", anyway)


def wait_in_service(site: Site) -> None:
    """Wait until OSPF is full and every loopback is in every routing table."""
    wait_converged(site.lab, CONVERGED_WITHIN_S)


def policy(site: Site) -> Policy:
    """Return the policy that the telemetry service of this lab acts by."""
    path = site.var / "observe" / "config.json"
    return Policy.from_data(json.loads(path.read_text())["policy"], str(path))


def lower(site: Site, arm: str) -> None:
    """Take down everything that `raise_arm` brought up, going on past what is down already."""
    if arm == "forerunner":
        site.playbook("stop_telemetry", check=False)
        site.command("forerunner", "airflow", "down")
    site.playbook("remove_lab")
