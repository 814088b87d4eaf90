"""Traffic matrices as SNDlib's converted files have them, and the load of each link by them."""

import xml.etree.ElementTree as ET
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import networkx as nx
import numpy as np

from analytics.forecasting.series import DAY_S, Series, Values, at
from forerunner.errors import InvalidData

_FETCH = "fetch the set anew"


@dataclass(frozen=True)
class Matrices:
    """Traffic between the nodes of a network over time.

    Attributes:
        name: Of the network.
        loads: Mbit/s on each directed link, on hop-shortest paths.
        links: The ends of each.
    """

    name: str
    loads: Series
    links: tuple[tuple[str, str], ...]

    def every(self, step_s: float) -> Series:
        """Return the mean loads of longer steps."""
        count = int(step_s // self.loads.step_s)
        rows = len(self.loads.values) // count * count
        parts = self.loads.values[:rows].reshape(-1, count, self.loads.values.shape[1])
        return Series(parts.mean(axis=1), self.loads.start, step_s)


def matrices(directory: Path) -> Iterator[Matrices]:
    """Yield the networks of folders `sndlib_*`, in the order of their names.

    Raises:
        InvalidData: There is none, or a file is not of the form; names file and field.
    """
    found = sorted(directory.glob("sndlib_*/*_tm.npz"))
    if not found:
        raise InvalidData(str(directory), "sndlib_*", f"has no *_tm.npz; {_FETCH}")
    for path in found:
        name = path.name.removesuffix("_tm.npz")
        yield _network(name, path, path.with_name(f"{name}.xml"))


def _network(name: str, path: Path, topology: Path) -> Matrices:
    with np.load(path, allow_pickle=False) as data:
        for field in ("tm", "nodes", "ts"):
            if field not in data:
                raise InvalidData(str(path), field, f"is missing; {_FETCH}")
        traffic, nodes = data["tm"].astype(float), [str(each) for each in data["nodes"]]
        times = [at(str(each)) for each in data["ts"]]
    step = times[1] - times[0]
    if traffic.shape != (len(times), len(nodes), len(nodes)) or DAY_S % step:
        raise InvalidData(str(path), "tm", f"is not times by nodes by nodes; {_FETCH}")
    graph = _graph(topology)
    links = tuple((a, b) for x, y in graph.edges for a, b in ((x, y), (y, x)))
    loads = traffic.reshape(len(traffic), -1) @ _routing(graph, nodes, links).T
    # Where nothing at all was sent, nothing was measured.
    loads[traffic.sum(axis=(1, 2)) == 0] = np.nan
    rows = np.rint((np.array(times) - times[0]) / step).astype(int)
    values = np.full((rows[-1] + 1, len(links)), np.nan)
    values[rows] = loads
    return Matrices(name, Series(values, times[0], step), links)


def _graph(path: Path) -> "nx.Graph[str]":
    try:
        root = ET.fromstring(path.read_bytes())  # noqa: S314 - a data set that its user chose
    except (OSError, ET.ParseError) as error:
        raise InvalidData(str(path), "", f"cannot be read ({error}); {_FETCH}") from error
    space = {"s": root.tag.partition("}")[0].removeprefix("{")}
    graph: nx.Graph[str] = nx.Graph()
    for link in root.iterfind(".//s:link", space):
        ends = [link.findtext(f"s:{end}", namespaces=space) for end in ("source", "target")]
        if not ends[0] or not ends[1]:
            raise InvalidData(str(path), "link", f"has no source or target; {_FETCH}")
        graph.add_edge(ends[0], ends[1])
    return graph


def _routing(
    graph: "nx.Graph[str]", nodes: list[str], links: tuple[tuple[str, str], ...]
) -> Values:
    """Return by link and demand, row by row of the matrix, whether the demand takes the link."""
    place = {link: at for at, link in enumerate(links)}
    found = np.zeros((len(links), len(nodes) ** 2))
    for source, first in enumerate(nodes):
        for path in nx.single_source_shortest_path(graph, first).values():
            if path[-1] in nodes:
                demand = source * len(nodes) + nodes.index(path[-1])
                for link in pairwise(path):
                    found[place[link], demand] = 1.0
    return found
