"""Measuring the network: counters over SNMP, loss and delay by probes, loads from both."""
