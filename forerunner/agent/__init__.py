"""What runs on a router under its `agent` account: the standard library and nothing else."""
