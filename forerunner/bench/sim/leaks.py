"""Keys of orders that were carried out, refused and taken back: looked for in all that is kept."""

from pathlib import Path

from rich.console import Console

from forerunner.bench.rows import Extent, Row
from forerunner.bench.sim.site import SimBenchError, SimSite, standing
from forerunner.bench.sim.systems import orders_of

_SIMS = {"full": 500, "short": 20}


def rows(extent: Extent, console: Console) -> list[Row]:
    """Return `leaks`."""
    with standing("leaks") as site:
        said = [_carried_out(site, "good", _SIMS[extent]), _taken_back(site, "bad", _SIMS[extent])]
        canaries = _canaries(site, ["good", "bad"])
        kept = [path for path in site.directory.rglob("*") if _is_ours(path)]
        texts = [*said, *(path.read_bytes() for path in kept)]
        found = sum(any(text.find(key) >= 0 for text in texts) for key in canaries)
    console.print(f"{len(canaries)} keys, {len(kept)} files: {found} found")
    what = f"of {len(canaries)} keys found in {len(kept)} files of var/ and in output at -vvv"
    return [Row("leaks", what, found, goal="== 0", n=len(canaries))]


def _carried_out(site: SimSite, name: str, count: int) -> bytes:
    request = site.request(name, quantity=count, proof_sample=10)
    done = site.play("provision_sims", "-vvv", "-e", request)
    if done.code:
        raise SimBenchError(f"the order {name} failed: {done.said}")
    return _printed(site)


def _taken_back(site: SimSite, name: str, count: int) -> bytes:
    """Have an order fail in its middle: MIND is gone when it is to be applied there."""
    request = site.request(name, quantity=count, proof_sample=10)
    taken = site.play("take_sim_order", "-vvv", "-e", request)
    printed = _printed(site)
    site.stop(["mind"])
    patience = ("-e", "mind_account_patience=1")
    halted = site.play("apply_sim_order", "-vvv", "-e", f"order_id={name}", *patience)
    printed += _printed(site)
    site.start(["mind"])
    given_up = ("-e", f"order_id={name}", "-e", "abandon=true")
    back = site.play("provision_sims", "-vvv", *given_up)
    if taken.code or not halted.code or not back.code:
        raise SimBenchError(f"the order {name} did not fail as it was meant to: {back.said}")
    return printed + _printed(site)


def _printed(site: SimSite) -> bytes:
    return (site.directory / "playbook.log").read_bytes()


def _canaries(site: SimSite, names: list[str]) -> list[bytes]:
    orders = orders_of(site)
    chunks = (orders.chunk(x, n) for x in names for n in range(orders.get(x).chunks))
    sims = [change.after for chunk in chunks for change in chunk.changes if change.after]
    return [key.encode() for sim in sims for key in (sim.k, sim.opc)]


def _is_ours(path: Path) -> bool:
    """Return whether a file is kept by us: the systems themselves must have the keys."""
    return path.is_file() and "subscriber_lab" not in path.parts
