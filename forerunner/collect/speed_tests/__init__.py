"""Speed tests and probes between hosts: planned, claimed, run, and stored."""
