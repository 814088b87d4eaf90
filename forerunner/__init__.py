"""The tested Python under Forerunner's roles and DAGs."""
