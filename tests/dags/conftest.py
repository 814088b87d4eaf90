"""Airflow writes a configuration when it is first imported: not into the home of whoever tests."""

import os
import tempfile

os.environ.setdefault("AIRFLOW_HOME", tempfile.mkdtemp(prefix="airflow-home-"))
