"""Airflow's side of the loop: operators, the trigger, and a local Airflow to run them.

DAG files import from here, and Airflow parses them again and again: no module of this package
imports anything heavy before it is used.
"""
