"""What routers know of their neighbours, compared with the links that the inventory states.

Nothing here rests on LLDP: the evidence is OSPF's neighbours and its database, the addresses of
interfaces, and ARP.
"""

from forerunner.evidence.comparison import Difference, compare
from forerunner.evidence.history import History
from forerunner.evidence.observation import Adjacency, End, Observation, observe
from forerunner.evidence.seen import Announced, Neighbour, Port, Seen

__all__ = [
    "Adjacency",
    "Announced",
    "Difference",
    "End",
    "History",
    "Neighbour",
    "Observation",
    "Port",
    "Seen",
    "compare",
    "observe",
]
