"""The root-cause class of a set of alarms."""
