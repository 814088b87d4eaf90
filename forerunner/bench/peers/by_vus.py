"""VUS-PR by its authors' code, for the scores of many series, printed as JSON."""

import contextlib
import io
import json
import sys
import types

import numpy as np


def _measure() -> tuple[types.ModuleType, types.ModuleType]:
    """Return the metric's modules; the detectors beside it, with all they need, stay out."""
    for module, name in (("distance", "Fourier"), ("feature", "Window")):
        stub = types.ModuleType(f"vus.models.{module}")
        setattr(stub, name, None)
        sys.modules[stub.__name__] = stub
    from vus.analysis import robustness_eval  # noqa: PLC0415 - after its stubs
    from vus.utils import slidingWindows  # noqa: PLC0415

    return robustness_eval, slidingWindows


def main() -> None:
    """Print VUS-PR of every array `score_<series>_<name>` in the file that is named."""
    curve, windows = _measure()
    found: dict[str, float] = {}
    with np.load(sys.argv[1]) as given, contextlib.redirect_stdout(io.StringIO()):
        for key in given.files:
            kind, at, name = key.split("_", 2)
            if kind != "score":
                continue
            values, labels = given[f"values_{at}_"], given[f"labels_{at}_"]
            width = int(windows.find_length(values))
            *_, vus_pr = curve.generate_curve(labels, given[key], width, "opt", 250)
            found[f"{at}_{name}"] = float(vus_pr)
    print(json.dumps(found))  # noqa: T201


if __name__ == "__main__":
    main()
