"""The lab's command line: `python -m forerunner.lab degrade --link r1:r3 --kind linear`."""

import argparse
import json
import sys
from collections.abc import Sequence

from forerunner.errors import ForerunnerError
from forerunner.lab import bfd, impair
from forerunner.lab.lab import Lab
from forerunner.lab.play import OnPoint


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return the exit status."""
    options = _parser().parse_args(arguments)
    try:
        options.work(options)
    except ForerunnerError as error:
        print(f"forerunner lab: {error}", file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="forerunner lab", description="Work on the lab.")
    parser.add_argument("--lab", help="name or index of the lab (default: FORERUNNER_LAB_INDEX)")
    commands = parser.add_subparsers(required=True, metavar="command")
    degrade = commands.add_parser("degrade", help="play a degradation on a link, in real time")
    degrade.add_argument("--link", required=True)
    degrade.add_argument("--kind", required=True)
    degrade.add_argument("--seed", type=int, default=0)
    degrade.add_argument("--length", type=float, default=600.0, help="seconds, of kind benign")
    degrade.set_defaults(work=_degrade)
    set_to = commands.add_parser("impair", help="let a link lose, delay or limit packets")
    set_to.add_argument("--link", required=True)
    set_to.add_argument("--loss", type=float, default=0.0, help="share from 0 to 1")
    set_to.add_argument("--delay", type=float, default=0.0, help="seconds each way")
    set_to.add_argument("--rate", type=float, help="bit/s each way")
    set_to.add_argument("--blackhole", action="store_true")
    set_to.set_defaults(work=_impair)
    clear = commands.add_parser("clear", help="make a link clean again")
    clear.add_argument("--link", required=True)
    clear.set_defaults(work=_clear)
    detection = commands.add_parser("bfd", help="switch BFD on all links")
    detection.add_argument("switch", choices=["on", "off"])
    detection.set_defaults(work=_bfd)
    return parser


def _degrade(options: argparse.Namespace) -> None:
    from forerunner.degradation import schedule

    lab = Lab.open(options.lab)
    meant = schedule(options.kind, options.seed, length_s=options.length)
    began = impair.play(lab, options.link, meant, _progress(meant.duration_s))
    print(file=sys.stderr)
    fault = None if meant.fault_at_s is None else began + meant.fault_at_s
    ended = began + meant.duration_s
    print(
        json.dumps(
            {
                "link": options.link,
                "kind": meant.kind,
                "seed": meant.seed,
                "began_at": began,
                "fault_at": fault,
                "ended_at": ended,
            }
        )
    )


def _progress(duration_s: float) -> OnPoint:
    def show(seconds: float, loss: float) -> None:
        line = f"\r{seconds:6.1f} of {duration_s:.1f} s  loss {loss:6.1%}"
        print(line, end="", file=sys.stderr, flush=True)

    return show


def _impair(options: argparse.Namespace) -> None:
    meant = impair.Impairment(options.loss, options.blackhole, options.rate, options.delay)
    lab = Lab.open(options.lab)
    impair.apply(lab, options.link, meant)
    print(f"{options.link}: {meant.describe()}")


def _clear(options: argparse.Namespace) -> None:
    changed = impair.clear(Lab.open(options.lab), options.link)
    print(f"{options.link}: {'clean again' if changed else 'was clean'}")


def _bfd(options: argparse.Namespace) -> None:
    bfd.set_enabled(Lab.open(options.lab), options.switch == "on")
    print(f"BFD is {options.switch} on all links")


if __name__ == "__main__":
    sys.exit(main())
