"""Ports are checked before anything is started; keys are made once and kept private."""

import socket

import pytest
from sqlalchemy import create_engine

from forerunner.airflow import settings
from forerunner.airflow.settings import Ports, PortTaken


def test_ports_follow_the_first_one(monkeypatch) -> None:
    monkeypatch.delenv("FORERUNNER_AIRFLOW_PORT", raising=False)
    assert Ports.chosen() == Ports(8080, 8793, 8794)
    monkeypatch.setenv("FORERUNNER_AIRFLOW_PORT", "18000")
    assert Ports.chosen() == Ports(18000, 18713, 18714)
    assert Ports.chosen(19000).api == 19000


@pytest.mark.parametrize("text", ["http", "0", "70000", "-1", "80 80"])
def test_setting_that_is_no_port_is_named(monkeypatch, text: str) -> None:
    monkeypatch.setenv("FORERUNNER_AIRFLOW_PORT", text)
    with pytest.raises(PortTaken, match=f"FORERUNNER_AIRFLOW_PORT={text}"):
        Ports.chosen()


@pytest.mark.parametrize(
    ("place", "setting"),
    [
        (0, "FORERUNNER_AIRFLOW_PORT"),
        (1, "FORERUNNER_AIRFLOW_LOG_PORT"),
        (2, "FORERUNNER_AIRFLOW_TRIGGER_LOG_PORT"),
    ],
)
def test_taken_port_is_named_with_its_setting(place: int, setting: str) -> None:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        taken = listener.getsockname()[1]
        numbers = [_free(), _free(), _free()]
        numbers[place] = taken
        with pytest.raises(PortTaken, match=rf"port {taken} is taken.*{setting}"):
            Ports(*numbers).check_free()


def _free() -> int:
    with socket.socket() as probe:
        probe.bind(("", 0))
        return int(probe.getsockname()[1])


def test_keys_and_password_are_private_and_stay(loop) -> None:
    first = settings.environment(Ports(1, 2, 3), "airflow-a"), settings.password()
    second = settings.environment(Ports(1, 2, 3), "airflow-a"), settings.password()
    modes = {x.name: x.stat().st_mode & 0o777 for x in settings.airflow_home().glob("*.json")}
    assert first == second
    assert modes == {"keys.json": 0o600, "passwords.json": 0o600}


def test_settings_of_another_airflow_are_left_out(loop, monkeypatch) -> None:
    monkeypatch.setenv("AIRFLOW__CORE__EXECUTOR", "CeleryExecutor")
    monkeypatch.setenv("AIRFLOW__CELERY__BROKER_URL", "redis://elsewhere")
    made = settings.environment(Ports(1, 2, 3), "airflow-a")
    assert made["AIRFLOW__CORE__EXECUTOR"] == "LocalExecutor"
    assert "AIRFLOW__CELERY__BROKER_URL" not in made


def test_a_busy_database_is_waited_for(loop) -> None:
    told = settings.environment(Ports(1, 2, 3), "airflow-a")
    settings.airflow_home().mkdir(parents=True, exist_ok=True)
    engine = create_engine(told["AIRFLOW__DATABASE__SQL_ALCHEMY_CONN"])
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA busy_timeout").scalar() >= 30_000
