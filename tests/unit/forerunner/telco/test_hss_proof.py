"""The proof reads what an HSS leaves out as that SIM's problem, and never breaks off for it."""

from types import SimpleNamespace as Said
from typing import Any

import pytest
from diameter.message import constants
from diameter.message.commands import CancelLocationRequest
from diameter.node import Node

from forerunner.telco import s6a
from forerunner.telco.hss import Hss, mme
from forerunner.telco.hss.settings import Diameter
from tests.unit.forerunner.telco.served import PROFILE, sim
from tests.unit.forerunner.telco.test_back_office import Memory

ONE = sim(1)
HSS = Hss("hss1", {"basic": PROFILE}, Memory(), Diameter("h", "o", "r", "001", "01"))
AMBR = Said(max_requested_bandwidth_ul=1000, max_requested_bandwidth_dl=2000)
APNS = Said(apn_configuration=[Said(service_selection="internet")])


def profile(**changed: Any) -> Said:
    usual = {"msisdn": s6a.tbcd(ONE.msisdn), "ambr": AMBR, "subscriber_status": s6a.GRANTED}
    data = Said(**{**usual, "apn_configuration_profile": APNS, **changed})
    return Said(result_code=s6a.SUCCESS, subscription_data=data)


@pytest.mark.parametrize(
    ("changed", "wrong"),
    [
        ({}, ""),
        ({"msisdn": None}, "MSISDN"),
        ({"ambr": None}, "AMBR up"),
        ({"apn_configuration_profile": None}, "APN"),
        ({"apn_configuration_profile": Said(apn_configuration=None)}, "APN"),
        ({"subscriber_status": None}, "status"),
    ],
)
def test_what_a_registration_lacks_is_wrong(changed: dict[str, Any], wrong: str) -> None:
    said = HSS._wrong_profile(ONE, profile(**changed))
    assert said == (f"{wrong} of its profile is not what was ordered" if wrong else "")


def test_a_registration_without_any_profile_is_wrong() -> None:
    assert "MSISDN" in HSS._wrong_profile(ONE, Said(result_code=s6a.SUCCESS))


WHOLE = {"rand": b"r" * 16, "autn": b"a" * 16, "xres": b"x" * 8, "kasme": b"k" * 32}


@pytest.mark.parametrize(
    "info",
    [
        None,
        Said(e_utran_vector=[]),
        *(Said(e_utran_vector=[Said(**{**WHOLE, x: None})]) for x in WHOLE),
    ],
)
def test_an_answer_without_a_whole_vector_is_wrong(info: Any) -> None:
    answer = Said(result_code=s6a.SUCCESS, authentication_info=info)
    assert HSS._wrong_vector(ONE, answer) == "the HSS gives no whole vector"


def test_a_vector_of_other_keys_is_wrong() -> None:
    info = Said(e_utran_vector=[Said(**WHOLE)])
    said = HSS._wrong_vector(ONE, Said(result_code=s6a.SUCCESS, authentication_info=info))
    assert said == "MAC of a vector is not what its own keys give"


def test_what_an_hss_asks_is_refused_and_does_not_end_the_connection(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    node = Node("mme.test", "test")
    asking = mme._Asking(constants.APP_3GPP_S6A_S6D, is_auth_application=True)
    node.add_application(asking, [node.add_peer("aaa://hss.test", "test")])
    answers: list[Any] = []
    monkeypatch.setattr(asking, "send_answer", answers.append)
    request = CancelLocationRequest()
    request.session_id = "s"

    asking.receive_request(request)

    (answer,) = answers
    assert answer.result_code == constants.E_RESULT_CODE_DIAMETER_UNABLE_TO_COMPLY
