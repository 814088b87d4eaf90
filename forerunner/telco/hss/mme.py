"""An MME as far as a proof needs one: it asks for vectors, and registers a subscriber.

On python-diameter's node, which keeps the connection as RFC 6733 has it.
"""

import asyncio
import logging
import os
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from diameter.message import Message, constants
from diameter.message.avp.grouped import (
    RequestedEutranAuthenticationInfo,
    VendorSpecificApplicationId,
)
from diameter.message.commands import AuthenticationInformationRequest, UpdateLocationRequest
from diameter.node import Node, NodeError
from diameter.node.application import Application, ApplicationError

from forerunner.telco import s6a
from forerunner.telco.errors import SystemUnreachable
from forerunner.telco.hss.settings import Diameter

_THREADS = 8
_WAIT_S = 5
_LOOK_S = 0.1
# What it says of each message would be more than all the rest, and a peer's text besides.
logging.getLogger("diameter").setLevel(logging.CRITICAL)


class _Node(Node):  # type: ignore[misc] # the library has no annotations for it
    """A node that keeps no statistics: the library's are two seconds late to hear of the end."""

    def _collect_stats(self, _thread: Any) -> None:
        while not _thread.is_stopped:
            time.sleep(_LOOK_S)


class _Asking(Application):  # type: ignore[misc] # the library has no annotations for it
    """An application that only asks: the library's others have threads that take 3 s to end."""

    def handle_request(self, message: Message) -> None:
        refusal = constants.E_RESULT_CODE_DIAMETER_UNABLE_TO_COMPLY
        self.send_answer(self.generate_answer(message, refusal))


class Mme:
    """An MME.

    Args:
        name: Inventory name of the HSS, for messages.
        diameter: How it is reached.
    """

    def __init__(self, name: str, diameter: Diameter) -> None:
        self._name, self._diameter = name, diameter
        self._own = s6a.MMES[os.getpid() % len(s6a.MMES)]
        self._node = _Node(self._own, diameter.realm)
        # Leaving takes as long as it sleeps.
        self._node.wakeup_interval = _LOOK_S
        self._peer = self._node.add_peer(
            f"aaa://{diameter.origin_host}:{diameter.port}",
            diameter.realm,
            ip_addresses=[diameter.host],
            is_persistent=True,
        )
        application = constants.APP_3GPP_S6A_S6D
        self._app = _Asking(application, is_auth_application=True)
        self._node.add_application(self._app, [self._peer])

    async def __aenter__(self) -> "Mme":
        """Connect.

        Raises:
            SystemUnreachable: It does not take the connection.
        """
        await asyncio.to_thread(self._start)
        return self

    async def __aexit__(self, *_: object) -> None:
        """Leave."""
        await asyncio.to_thread(self._node.stop, 1, True)

    async def ask(self, imsis: Sequence[str]) -> list[tuple[Any, Any]]:
        """Return the answers to a request for vectors and to a registration, of each IMSI.

        Raises:
            SystemUnreachable: It does not answer.
        """
        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(_THREADS) as pool:
            asked = (loop.run_in_executor(pool, self._both, imsi) for imsi in imsis)
            return await asyncio.gather(*asked)

    def _start(self) -> None:
        self._node.start()
        try:
            self._app.wait_for_ready(_WAIT_S)
        except (ApplicationError, NodeError, TimeoutError) as error:
            self._node.stop(1, True)
            place = f"{self._diameter.host} port {self._diameter.port}"
            problem = f"Diameter at {place} is not to be had ({type(error).__name__})"
            raise SystemUnreachable(self._name, problem) from None

    def _both(self, imsi: str) -> tuple[Any, Any]:
        return self._sent(self._vectors(imsi)), self._sent(self._registration(imsi))

    def _sent(self, message: Message) -> Any:
        try:
            return self._app.send_request(message, int(self._diameter.timeout) or 1)
        except (ApplicationError, NodeError, TimeoutError) as error:
            problem = f"it does not answer over Diameter ({type(error).__name__})"
            raise SystemUnreachable(self._name, problem) from None

    def _vectors(self, imsi: str) -> Message:
        message = self._begun(AuthenticationInformationRequest(), imsi)
        message.requested_eutran_authentication_info = RequestedEutranAuthenticationInfo(
            number_of_requested_vectors=1, immediate_response_preferred=1
        )
        return message

    def _registration(self, imsi: str) -> Message:
        message = self._begun(UpdateLocationRequest(), imsi)
        message.rat_type = s6a.RAT_EUTRAN
        message.ulr_flags = s6a.ULR_S6A
        return message

    def _begun(self, message: Any, imsi: str) -> Any:
        message.session_id = f"{self._own};{time.time_ns()};{imsi}"
        message.auth_session_state = s6a.NO_STATE_MAINTAINED
        message.origin_host = self._own.encode()
        message.origin_realm = self._diameter.realm.encode()
        message.destination_realm = self._diameter.realm.encode()
        message.user_name = imsi
        message.visited_plmn_id = s6a.plmn(self._diameter.mcc, self._diameter.mnc)
        # The library takes it for mandatory in ULR.
        message.vendor_specific_application_id = VendorSpecificApplicationId(
            vendor_id=s6a.VENDOR_3GPP, auth_application_id=constants.APP_3GPP_S6A_S6D
        )
        return message
