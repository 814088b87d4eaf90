"""Trials: one seeded fault on the real lab, with a stream of packets that shows what it cost."""
