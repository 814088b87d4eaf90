"""Benchmarks of the whole, each a module with `main(short)`; rows go to `var/bench/`."""
