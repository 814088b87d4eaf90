"""When links pass their headroom, and how likely that is."""

from analytics.congestion.crossing import Crossing, crossings

__all__ = ["Crossing", "crossings"]
