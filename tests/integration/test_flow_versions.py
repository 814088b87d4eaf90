"""Whatever version routers export by: the same records, once, and what is missing is said.

Packets are Scapy's, the collectors are two nfcapd of the service's, on loopback.
"""

import shutil
import socket
import struct
import time
from collections.abc import Iterable, Iterator
from typing import Any

import pytest
from scapy.layers import netflow
from scapy.packet import Packet, Raw

from forerunner.collect.flows import Config, import_flows, task
from forerunner.store.flows import Span, Traffic
from tests.integration.own_airflow import free_port, wait

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not shutil.which("nfcapd"), reason="nfdump is not installed"),
]
LINK = {"ends": ["r1", "r2"], "subnet": "10.1.12.0/30", "capacity": 1e9, "cost": 10}
SITE = {
    "exporters": {"v5": "127.0.0.5", "v9": "127.0.0.9", "v10": "127.0.0.10", "bare": "127.0.0.11"},
    "network": {"hosts": {}, "routers": {}, "links": [LINK]},
    "prefixes": {"10.2.1.0/24": "r1", "10.2.4.0/24": "r2"},
    "classes": [],
    "idle_s": 60,
}
UPTIME_MS = 600_000
TEMPLATE = 256
# Octets, packets, protocol, ToS, ports, addresses; first and last packet follow.
FIELDS = ((1, 4), (2, 4), (4, 1), (5, 1), (7, 2), (11, 2), (8, 4), (12, 4))
CLOCKS = {9: ((22, 4), (21, 4)), 10: ((152, 8), (153, 8))}
TARGET = "10.2.4.9"
# The fourth never comes.
NUMBERS = (1, 2, 3, 5, 6)


def source(version: int) -> str:
    """The address whose traffic is exported by a version alone."""
    return f"10.2.1.{version}"


def body(version: int, number: int, now: float) -> bytes:
    """A record of 10 packets and 1,000 bytes, of one flow for each number, over three seconds."""
    flow = struct.pack("!IIBBHH", 1000, 10, 17, 184, 5000 + number, 5201)
    flow += b"".join(socket.inet_aton(each) for each in (source(version), TARGET))
    if version == 10:
        return flow + struct.pack("!QQ", int((now - 3) * 1000), int(now * 1000))
    return flow + struct.pack("!II", UPTIME_MS - 3000, UPTIME_MS)


def exported(version: int, number: int, now: float) -> Packet:
    """The packet with the record of a number; each holds one, and its template."""
    head = netflow.NetflowHeader(version=version)
    if version == 5:
        clock = {"sysUptime": UPTIME_MS, "unixSecs": int(now), "flowSequence": number}
        ends = {"src": source(5), "dst": TARGET, "srcport": 5000 + number, "dstport": 5201}
        count = {"dpkts": 10, "dOctets": 1000, "first": UPTIME_MS - 3000, "last": UPTIME_MS}
        record = netflow.NetflowRecordV5(**ends, **count, prot=17, tos=184)
        return head / netflow.NetflowHeaderV5(count=1, **clock) / record
    fields = [
        netflow.NetflowTemplateFieldV9(fieldType=kind, fieldLength=length)
        for kind, length in (*FIELDS, *CLOCKS[version])
    ]
    form = netflow.NetflowTemplateV9(templateID=TEMPLATE, template_fields=fields)
    told = netflow.NetflowFlowsetV9(flowSetID=0 if version == 9 else 2, templates=[form])
    values = netflow.NetflowRecordV9(fieldValue=body(version, number, now))
    data = netflow.NetflowDataflowsetV9(templateID=TEMPLATE, records=[values])
    if version == 9:
        clock = {"sysUptime": UPTIME_MS, "unixSecs": int(now), "packageSequence": number}
        return head / netflow.NetflowHeaderV9(count=2, **clock) / told / data
    stamp = {"ExportTime": int(now), "flowSequence": number}
    return head / netflow.NetflowHeaderV10(**stamp) / told / data


def without_template(packet: Packet) -> Packet:
    """An IPFIX packet with its records alone."""
    records = Raw(bytes(packet[netflow.NetflowDataflowsetV9]))
    stamp = {"ExportTime": packet.ExportTime, "flowSequence": packet.flowSequence}
    return netflow.NetflowHeader(version=10) / netflow.NetflowHeaderV10(**stamp) / records


def send(config: Config, exporter: str, packets: Iterable[Packet]) -> None:
    """Send packets to every collector."""
    address = SITE["exporters"][exporter]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as speaker:
        speaker.bind((address, 0))
        for packet in packets:
            for port in config.ports.values():
                speaker.sendto(bytes(packet), (config.address, port))


@pytest.fixture(scope="module")
def config(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Config]:
    """Collectors of our own, which run."""
    directory, first = tmp_path_factory.mktemp("versions"), free_port()
    given: dict[str, Any] = {
        "state": "started", "directory": str(directory), "site": SITE, "address": "127.0.0.1",
        "collectors": {"one": first, "two": first + 1}, "rotation": 2, "lab": "", "timeouts": {},
        "timeout": 60,
    }  # fmt: skip
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FORERUNNER_VAR", str(directory))
        assert task.start_or_stop(given)["changed"]
        yield Config.read(directory / "flows" / "config.json")
        task.start_or_stop(given | {"state": "stopped"})


@pytest.fixture(scope="module")
def traffic(config: Config) -> Traffic:
    """What came of the same traffic, exported by every version."""
    now = time.time()
    for version in (5, 9, 10):
        send(config, f"v{version}", [exported(version, each, now) for each in NUMBERS])
    send(config, "bare", [without_template(exported(10, 1, now))])

    def whole() -> Traffic | None:
        import_flows(config)
        found = Traffic(config.telemetry, config.site, Span(now - 60, now + 60))
        return found if len(found.lost) == 3 else None

    return wait(whole, 60)


@pytest.mark.parametrize("version", [5, 9, 10])
def test_every_record_comes_once_and_what_is_missing_is_said(
    traffic: Traffic, version: int
) -> None:
    octets = {each.name: each.bytes for each in traffic.top("talker")}

    assert octets[source(version)] == pytest.approx(1000 * len(NUMBERS))
    assert traffic.lost[f"v{version}"] == 1


def test_records_without_their_template_are_no_traffic(traffic: Traffic) -> None:
    assert {each.name for each in traffic.top("talker")} == {source(each) for each in (5, 9, 10)}
    (demand,) = traffic.matrix()
    assert (demand.origin, demand.target) == ("r1", "r2")
