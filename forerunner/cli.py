"""The command line: a thin door to each part, which is loaded only when it is asked for."""

import logging
import sys
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from forerunner import gate_command, view_commands
from forerunner.errors import ForerunnerError

app = typer.Typer(
    help="Predict what is about to fail, drain it in time, and prove that it worked.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
airflow = typer.Typer(help="Start, stop and look at the local Airflow.", no_args_is_help=True)
bench = typer.Typer(help="Measure, and write var/bench/NAME.json.", no_args_is_help=True)
app.add_typer(airflow, name="airflow")
app.add_typer(bench, name="bench")
app.add_typer(gate_command.app, name="gate")
app.add_typer(view_commands.app)

PASS_THROUGH = {
    "allow_extra_args": True,
    "ignore_unknown_options": True,
    "help_option_names": list[str](),
}
Restart = Annotated[bool, typer.Option("--restart", help="Start it again when it dies.")]
Part = Annotated[
    list[str] | None,
    typer.Option(help="This part alone; may be repeated. A wrong name is told the right ones."),
]
Short = Annotated[bool, typer.Option("--short", help="A few cases only, as CI does.")]


@app.command()
def observe(
    config: Annotated[Path, typer.Option(help="What to watch; role telemetry writes it.")],
    restart: Restart = False,
) -> None:
    """Collect, detect and write predictions to the ledger, until stopped."""
    if restart:
        _keep("observe", config)
    from forerunner import observe as service

    service.main(config)


@app.command()
def listen(
    config: Annotated[Path, typer.Option(help="Whom to hear; role telemetry writes it.")],
    restart: Restart = False,
) -> None:
    """Take the traps and log lines that devices send, as events, until stopped."""
    if restart:
        _keep("listen", config)
    from forerunner import listen as service

    service.main(config)


@app.command()
def flows(
    config: Annotated[
        Path, typer.Option(help="Whose flows to take; role flow_collection writes it.")
    ],
    restart: Restart = False,
) -> None:
    """Collect the flows that routers export, until stopped."""
    if restart:
        _keep("flows", config)
    from forerunner.collect.flows import service

    service.main(config)


def _keep(name: str, config: Path) -> NoReturn:
    from forerunner import supervisor

    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    program = str(Path(sys.executable).with_name("forerunner"))
    raise typer.Exit(supervisor.supervise([program, name, "--config", str(config)]))


@app.command()
def exporter(
    config: Annotated[
        Path | None, typer.Option(help="What to serve; role state_exporter writes it.")
    ] = None,
    once: Annotated[bool, typer.Option("--once", help="Print the metrics, and end.")] = False,
    restart: Restart = False,
) -> None:
    """Serve our own state to Prometheus, until stopped; without a configuration on loopback."""
    if restart and config:
        _keep("exporter", config)
    from forerunner.exporter import Config, service

    service.main(Config.from_file(config) if config else Config.default(), once)


@app.command()
def remediate(
    prediction: Annotated[str, typer.Argument(help="Identifier, as `forerunner ledger` shows.")],
) -> None:
    """Decide on a prediction and act, as Airflow would. Exit code 1 unless it is verified."""
    from forerunner import ledger_view
    from forerunner.remediate import remediate as act

    outcome = act(prediction, "cli")
    typer.echo(ledger_view.describe(outcome))
    raise typer.Exit(0 if outcome.state == "verified" else 1)


@app.command(context_settings=PASS_THROUGH)
def lab(context: typer.Context) -> None:
    """Work on the lab: degrade a link, clear it, send traffic (`forerunner lab --help`)."""
    from forerunner.lab.__main__ import main as work

    raise typer.Exit(work(context.args) or 0)


@app.command()
def demo() -> None:
    """Play one fault twice, without and with Forerunner, and report both."""
    from forerunner.demo import main as play

    play()


@app.command()
def soak(
    minutes: Annotated[float, typer.Option(min=0, help="How long to look.")] = 30.0,
) -> None:
    """Observe the lab for long; exit code 1 unless memory and file handles stay flat."""
    from forerunner.bench import soak as bench_soak

    _, flat = bench_soak.main(minutes)
    raise typer.Exit(0 if flat else 1)


@airflow.command("up")
def airflow_up(
    port: Annotated[int | None, typer.Option(help="Of the web interface; else 8080.")] = None,
) -> None:
    """Start Airflow and print its address and login; does nothing when it runs."""
    from forerunner.airflow import standalone

    standalone.up(port)


@airflow.command("down")
def airflow_down() -> None:
    """Stop Airflow and everything that it started."""
    from forerunner.airflow import standalone

    typer.echo(f"Airflow is down; {standalone.down()} processes ended")


@airflow.command("status")
def airflow_status() -> None:
    """Say whether Airflow runs, and where; exit code 1 when it does not."""
    from forerunner.airflow import standalone

    raise typer.Exit(0 if standalone.status() else 1)


@bench.command("loop")
def bench_loop(short: Short = False) -> None:
    """Lost packets and lead time against the dead timer and BFD."""
    from forerunner.bench import loop

    loop.main(short)


@bench.command("loop-kill")
def bench_loop_kill(short: Short = False) -> None:
    """What a kill -9 of the acting task leaves behind."""
    from forerunner.bench.loop import kill

    kill.main(short)


@bench.command("change")
def bench_change(
    part: Part = None,
    short: Short = False,
) -> None:
    """Whether a change is foretold, admitted, applied and undone as promised."""
    from forerunner.bench import change

    change.main(short, part or ())


@bench.command("fleet")
def bench_fleet(
    part: Part = None,
    short: Short = False,
) -> None:
    """Many devices at once, against what else people use."""
    from forerunner.bench import fleet

    fleet.main(short, part or ())


@bench.command("sim")
def bench_sim(
    part: Part = None,
    short: Short = False,
) -> None:
    """SIM orders: how fast, how certain, and what a kill leaves behind."""
    from forerunner.bench import sim

    sim.main(short, part or ())


@bench.command("telemetry")
def bench_telemetry(
    part: Part = None,
    short: Short = False,
) -> None:
    """Telemetry: how fast it is stored and read, and what a kill leaves behind."""
    from forerunner.bench import telemetry

    telemetry.main(short, part or ())


@bench.command("predict")
def bench_predict(
    data: Annotated[
        Path | None,
        typer.Option(help="The data sets, a folder each; by default ../shared/data."),
    ] = None,
    part: Part = None,
    short: Short = False,
) -> None:
    """Forecasts, anomalies, failures and search on real data, against the best peers."""
    from forerunner.bench import predict

    predict.main(data, short, part or ())


def main() -> None:
    """Run the command line; an error that a person can mend is one line and exit code 2."""
    try:
        app()
    except ForerunnerError as error:
        typer.echo(f"forerunner: {error}", err=True)
        sys.exit(2)
    except KeyboardInterrupt:
        sys.exit(130)
