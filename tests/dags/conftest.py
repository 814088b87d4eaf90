"""Airflow writes a configuration when it is first imported: not into the home of whoever tests."""

import atexit
import os
import tempfile

if "AIRFLOW_HOME" not in os.environ:
    # It goes with this process: a session of tests is to leave nothing.
    _home = tempfile.TemporaryDirectory(prefix="airflow-home-", ignore_cleanup_errors=True)
    os.environ["AIRFLOW_HOME"] = _home.name
    atexit.register(_home.cleanup)
