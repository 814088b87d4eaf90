"""The command line of the head: train a model, replay history through it."""

import json
from collections.abc import Iterable
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer
import yaml
from rich.console import Console
from rich.progress import track
from rich.table import Table

from forerunner import home
from forerunner.errors import ForerunnerError

if TYPE_CHECKING:
    from analytics.decide import Policy
    from analytics.evaluate.replay import Detector, Shares

application = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False)
POLICY = Path("inventories/lab/group_vars/all/remediation.yml")
DetectorName = Literal["link_failure", "cusum"]


def model_path() -> Path:
    """Return where the model stands unless told otherwise."""
    return home.var() / "models" / "link_failure.json"


@application.callback()
def main() -> None:
    """Learn, replay and measure; nothing here touches a network."""


@application.command()
def train(
    out: Annotated[Path | None, typer.Option(help="Where the model goes.")] = None,
) -> None:
    """Train the model of a link that is about to fail and write it with its card."""
    from analytics.failure.training import train as learn

    console = Console(soft_wrap=True)
    path = out or model_path()
    with console.status("training") as status:

        def report(step: str) -> None:
            console.print(f"- {step}")
            status.update(step)

        model = learn(report)
    model.save(path)
    figures = ", ".join(f"{name} {value:.3g}" for name, value in model.card_["metrics"].items())
    console.print(f"{path}: {figures} (kinds and seeds that it has not learned from)")


@application.command()
def replay(
    hours: Annotated[int, typer.Option(min=0, help="Benign hours to generate.")] = 100,
    seed: Annotated[int, typer.Option(min=0, help="Which benign hours.")] = 0,
    faults: Annotated[int, typer.Option(min=0, help="Seeds of each kind of fault.")] = 10,
    detector: Annotated[DetectorName, typer.Option(help="Ours, or the baseline.")] = "link_failure",
    model: Annotated[Path | None, typer.Option(help="The model's file.")] = None,
    policy: Annotated[Path | None, typer.Option(help="File with remediation_policy.")] = None,
    out: Annotated[Path | None, typer.Option(help="Where the figures go as JSON.")] = None,
) -> None:
    """Replay generated history: acts for nothing, and packets lost when a link fails."""
    from analytics.evaluate.replay import RAMPS, benign_acts, benign_seeds, fault_shares

    rules = read_policy(policy or home.root() / POLICY)
    judge = choose(detector, model or model_path(), rules)
    counts = benign_acts(judge, rules, benign_seeds(hours, seed))
    found = list(track(counts, "benign hours", total=hours, transient=True))
    kinds = fault_shares(judge, rules, (*RAMPS, "flapping"), range(faults)) if faults else []
    figures = summary(detector, found, seed, kinds)
    path = out or home.var() / "replay" / f"{detector}.json"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(figures, indent=2) + "\n")
    show(figures, path)


def read_policy(path: Path) -> "Policy":
    """Return the policy of an inventory file.

    Raises:
        ForerunnerError: The file cannot be read, or holds no `remediation_policy`.
        InvalidData: A field of it is wrong.
    """
    from analytics.decide import Policy

    try:
        data = yaml.safe_load(path.read_text())["remediation_policy"]
    except (OSError, yaml.YAMLError, KeyError, TypeError) as error:
        raise ForerunnerError(f"{path}: cannot read remediation_policy: {error!r}") from error
    return Policy.from_data(data, str(path))


def choose(name: DetectorName, path: Path, policy: "Policy") -> "Detector":
    """Return the detector of that name; `path` is where the model stands."""
    from analytics.evaluate.baseline import cusum_probability
    from analytics.failure.model import LinkFailureModel
    from analytics.failure.monitor import debounced

    if name == "cusum":
        return partial(cusum_probability, act_probability=policy.act_probability)
    return partial(debounced, LinkFailureModel.load(path))


def summary(
    detector: str, acts_by_hour: list[int], seed: int, kinds: Iterable["Shares"]
) -> dict[str, Any]:
    """Return the figures of a replay as plain data."""
    from statistics import median

    kinds = list(kinds)
    shares = [share for each in kinds for share in each.shares]
    return {
        "detector": detector,
        "seed": seed,
        "hours": len(acts_by_hour),
        "acts": sum(acts_by_hour),
        "acts_per_hour": sum(acts_by_hour) / len(acts_by_hour) if acts_by_hour else None,
        "share_median": median(shares) if shares else None,
        "share_mean": sum(shares) / len(shares) if shares else None,
        "share_max": max(shares, default=None),
        "kinds": [each.row() for each in kinds],
    }


def show(figures: dict[str, Any], path: Path) -> None:
    """Print the figures of a replay."""
    rows = figures["kinds"]
    table = Table("kind", "seeds", "share median", "share max", "delay s", "missed", "most acts")
    for row in rows:
        cells = (row["share_median"], row["share_max"], row["delay_median_s"])
        numbers = ["-" if value is None else f"{value:.3f}" for value in cells]
        counts = (str(row["missed"]), str(row["acts_max"]))
        table.add_row(row["kind"], str(row["seeds"]), *numbers, *counts)
    console = Console(soft_wrap=True)
    console.print(table)
    rate = "not measured" if figures["acts_per_hour"] is None else f"{figures['acts_per_hour']:.3f}"
    console.print(f"{figures['detector']}: {rate} acts an hour on {figures['hours']} benign hours")
    console.print(f"figures: {path}")


def run() -> None:
    """Run the command line; what a user can mend is one line and exit code 1."""
    try:
        application()
    except ForerunnerError as error:
        Console(stderr=True, soft_wrap=True).print(f"error: {error}", markup=False)
        raise SystemExit(1) from None


if __name__ == "__main__":
    run()
