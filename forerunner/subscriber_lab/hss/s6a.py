"""S6a of the reference HSS: vectors and registrations, on python-diameter's node."""

import logging
import os
from collections.abc import Sequence
from typing import Any

from diameter.message import Message, constants
from diameter.message.avp.grouped import (
    Ambr,
    ApnConfiguration,
    ApnConfigurationProfile,
    AuthenticationInfo,
    EUtranVector,
    ExperimentalResult,
    SubscriptionData,
    VendorSpecificApplicationId,
)
from diameter.message.commands import AuthenticationInformationRequest
from diameter.node import Node
from diameter.node.application import Application, SimpleThreadingApplication
from diameter.node.peer import PeerConnection

from forerunner.subscriber_lab.hss.numbering import Numbering
from forerunner.subscriber_lab.hss.pyhss_store import PyHssStore
from forerunner.subscriber_lab.northbound.store import Store
from forerunner.telco import s6a
from forerunner.telco.milenage import Milenage, kasme

_VECTORS = 5
_THREADS = 4
_AUTS = 14
_STOP_S, _LOOK_S = 1, 0.2
logging.getLogger("diameter").setLevel(logging.CRITICAL)


class _Node(Node):  # type: ignore[misc] # the library has no annotations for it
    """A node whose statistics can take an answer that only has an Experimental-Result."""

    def _record_answer(self, conn: PeerConnection, message: Message) -> None:
        if getattr(message, "result_code", None) is None:
            header = message.header
            key = f"{header.hop_by_hop_identifier}:{header.end_to_end_identifier}"
            self._origin_waiting_answer.pop(key, None)
            return
        super()._record_answer(conn, message)


class S6a:
    """The Diameter side.

    Args:
        stores: The subscribers; used from other threads. The first that has one counts.
        numbering: Their sequence numbers.
        address: Where it listens.
    """

    def __init__(
        self, stores: Sequence[Store | PyHssStore], numbering: Numbering, address: str
    ) -> None:
        self._stores, self._numbering = stores, numbering
        self._node = _Node(s6a.HSS_HOST, s6a.REALM, ip_addresses=[address], tcp_port=s6a.PORT)
        # It is told to stop by being looked at, no oftener than this.
        self._node.wakeup_interval = _LOOK_S
        peers = [self._node.add_peer(f"aaa://{each}", s6a.REALM) for each in s6a.MMES]
        app = SimpleThreadingApplication(
            constants.APP_3GPP_S6A_S6D,
            is_auth_application=True,
            max_threads=_THREADS,
            request_handler=self._handle,
        )
        self._node.add_application(app, peers)

    def start(self) -> None:
        """Listen."""
        self._node.start()

    def stop(self) -> None:
        """Close every connection; the node's threads would keep the process alive."""
        self._node.stop(_STOP_S)

    def _handle(self, app: Application, message: Any) -> Any:
        answer = app.generate_answer(message)
        answer.auth_application_id = None
        answer.auth_session_state = s6a.NO_STATE_MAINTAINED
        answer.vendor_specific_application_id = VendorSpecificApplicationId(
            vendor_id=s6a.VENDOR_3GPP, auth_application_id=constants.APP_3GPP_S6A_S6D
        )
        imsi = str(message.user_name or "")
        asks_for_vectors = isinstance(message, AuthenticationInformationRequest)
        found = self._found(imsi)
        # PyHSS does not know a disabled one any more when it registers.
        if found is None or (found["status"] == "refused" and not asks_for_vectors):
            answer.experimental_result = ExperimentalResult(s6a.VENDOR_3GPP, s6a.USER_UNKNOWN)
            return answer
        answer.result_code = s6a.SUCCESS
        if asks_for_vectors:
            answer.authentication_info = self._vectors(found, message)
        else:
            answer.ula_flags = 1
            answer.subscription_data = _profile(found)
        return answer

    def _found(self, imsi: str) -> dict[str, Any] | None:
        held = (store.find("imsi", [imsi])[0] for store in self._stores)
        return next((each for each in held if each), None)

    def _vectors(self, found: dict[str, Any], message: Any) -> AuthenticationInfo:
        milenage = Milenage(bytes.fromhex(found["k"]), bytes.fromhex(found["opc"]))
        asked = message.requested_eutran_authentication_info
        said = getattr(asked, "re_synchronization_info", None)
        if said:
            sqn = milenage.sqn_of_auts(said[:16], said[16 : 16 + _AUTS])
            if sqn is not None:
                self._numbering.reset(found["imsi"], sqn)
        count = min(_VECTORS, int(getattr(asked, "number_of_requested_vectors", 1) or 1))
        made = [self._vector(found["imsi"], milenage, message, at) for at in range(1, count + 1)]
        return AuthenticationInfo(e_utran_vector=made)

    def _vector(self, imsi: str, milenage: Milenage, message: Any, at: int) -> EUtranVector:
        made = milenage.vector(os.urandom(16), self._numbering.next(imsi), s6a.AMF)
        key = kasme(made.ck, made.ik, message.visited_plmn_id, made.autn[:6])
        return EUtranVector(at, made.rand, made.xres, made.autn, key)


def _profile(found: dict[str, Any]) -> SubscriptionData:
    ambr = Ambr(int(found["ambr_ul"]), int(found["ambr_dl"]))
    apn = ApnConfiguration(context_identifier=1, pdn_type=s6a.IPV4, service_selection=found["apn"])
    return SubscriptionData(
        subscriber_status=s6a.GRANTED if found["status"] == "active" else s6a.BARRED,
        msisdn=s6a.tbcd(found["msisdn"]),
        ambr=ambr,
        apn_configuration_profile=ApnConfigurationProfile(
            context_identifier=1,
            all_apn_configurations_included_indicator=s6a.ALL_APNS_INCLUDED,
            apn_configuration=[apn],
        ),
    )
