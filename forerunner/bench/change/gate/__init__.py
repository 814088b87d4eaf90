"""Whether anything gets past the gate: what is tried, on which stage, and who wins a race."""
