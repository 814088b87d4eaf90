"""Getting into a router: SSH accounts and keys, SNMP users."""

import contextlib
import json
import pwd
import secrets
import shutil
from collections.abc import Sequence
from pathlib import Path

from forerunner.lab.commands import run_all
from forerunner.lab.journal import Entry, Journal
from forerunner.lab.lab import RUN, Lab

ON_ROUTERS = ("netops", "agent")
ACCOUNTS = (*ON_ROUTERS, "probe")
NAMESPACE_FILES = Path("/etc/netns")
SNMP_CACHE_S = 1
TRAP_PORT = 162
# Where FRR's daemons meet snmpd: the default, a file, is the same for all namespaces.
AGENTX = "tcp:127.0.0.1:705"
# Stands while /etc/netns is there because a lab needed it; whichever lab goes last removes both.
_MADE_NAMESPACE_FILES = RUN / "made-etc-netns"
_FIRST_UID = 59901
_KEY_BYTES = 24
# NET-SNMP-AGENT-MIB nsCacheTimeout, and below it ifTable's cache.
_CACHE_TIMEOUT = ".1.3.6.1.4.1.8072.1.5.3.1.2"
_INTERFACE_TABLE = ".1.3.6.1.2.1.2.2"


def account_id(account: str) -> int:
    """Return the user and group number of an account, one that the machine does not use."""
    taken = {entry.pw_uid for entry in pwd.getpwall()}
    free = (number for number in range(_FIRST_UID, _FIRST_UID + 99) if number not in taken)
    return dict(zip(ACCOUNTS, free, strict=False))[account]


def write_keys(lab: Lab, journal: Journal) -> None:
    """Make fresh keys: one per account, one per node, and the file that knows the nodes."""
    journal.add(Entry("keys", str(lab.directory)))
    remove_keys(lab.directory)
    lab.key("netops").parent.mkdir(parents=True, mode=0o700)
    paths = [lab.key(account) for account in ACCOUNTS]
    paths += [host_key(lab, node) for node in lab.nodes]
    for node in lab.nodes:
        host_key(lab, node).parent.mkdir(parents=True)
    run_all(
        ("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", path.stem, "-f", str(path))
        for path in paths
    )
    authorized = lab.state / "authorized"
    authorized.mkdir()
    for account in ACCOUNTS:
        shutil.copy(lab.key(account).with_suffix(".pub"), authorized / account)
    lab.known_hosts.write_text("".join(_known_host(lab, node) for node in lab.nodes))
    _write_private(lab.directory / "snmp.json", json.dumps(_snmp_user("netops"), indent=1) + "\n")
    tuner = _snmp_user("cache")
    _write_private(lab.state / "snmp-cache.json", json.dumps(tuner))
    _write_private(lab.state / "snmp.conf", _snmp_client_config(tuner))


def remove_keys(directory: Path) -> None:
    """Remove what `write_keys` wrote into the directory, and the directory when it is empty."""
    for name in ("known_hosts", "snmp.json"):
        (directory / name).unlink(missing_ok=True)
    for account in ACCOUNTS:
        for ending in ("", ".pub"):
            (directory / "keys" / f"{account}{ending}").unlink(missing_ok=True)
    for path in (directory / "keys", directory):
        remove_empty(path)


def remove_empty(path: Path) -> None:
    """Remove a directory unless others use it still."""
    with contextlib.suppress(OSError):
        path.rmdir()


def keys_are_there(lab: Lab) -> bool:
    """Return whether the files that lead into the routers are all there."""
    files = [lab.known_hosts, lab.directory / "snmp.json", *map(lab.key, ACCOUNTS)]
    return all(path.is_file() for path in files)


def write_namespace_files(lab: Lab, journal: Journal) -> None:
    """Give every node a user list of its own, which `ip netns exec` puts over /etc."""
    if not NAMESPACE_FILES.exists():
        _MADE_NAMESPACE_FILES.touch()
        NAMESPACE_FILES.mkdir()
    directories = [NAMESPACE_FILES / lab.namespace(node) for node in lab.nodes]
    journal.add(*(Entry("path", str(directory)) for directory in directories))
    group = _group_file()
    for node, directory in zip(lab.nodes, directories, strict=True):
        directory.mkdir()
        (directory / "passwd").write_text(_passwd_file(lab, node))
        (directory / "group").write_text(group)


def remove_namespace_files(journal: Journal) -> None:
    """Remove the user lists of the nodes, and their parent if a lab made it and was the last."""
    for entry in journal.entries("path"):
        shutil.rmtree(entry.name, ignore_errors=True)
    if _MADE_NAMESPACE_FILES.exists():
        remove_empty(NAMESPACE_FILES)
    if not NAMESPACE_FILES.exists():
        _MADE_NAMESPACE_FILES.unlink(missing_ok=True)


def write_daemon_files(lab: Lab, router: str) -> None:
    """Write what a router's sshd and snmpd read."""
    directory = lab.router_directory(router)
    (directory / "sshd_config").write_text(_sshd_config(lab, router))
    _write_private(directory / "snmpd.conf", _snmpd_config(lab, router))
    shell = directory / "shell"
    shell.write_text(
        "#!/bin/sh\n"
        "# Login shell of netops: the router's own command line.\n"
        "export VTYSH_PAGER=cat\n"
        f'exec /usr/bin/vtysh --vty_socket {directory} --config_dir {directory}/frr "$@"\n'
    )
    shell.chmod(0o755)
    (directory / "agent").mkdir(mode=0o700)
    shutil.chown(directory / "agent", account_id("agent"), account_id("agent"))


def quicken_counters(lab: Lab) -> None:
    """Make every snmpd read its interface counters anew after a second, not fifteen."""
    run_all(quickening(lab, router) for router in lab.routers)


def quickening(lab: Lab, router: str) -> tuple[str, ...]:
    """Return the command that does so on a router; its keys are in a file, as all may see it."""
    # In band, a router that was just started is reached from itself alone.
    here = ("ip", "netns", "exec", lab.namespace(router)) if lab.controller else ()
    # net-snmp looks for the snmp.conf of `write_keys` in this directory, and nowhere else.
    return (
        *here,
        *("env", f"SNMPCONFPATH={lab.state}", "snmpset", "-m", "", "-t", "1", "-r", "5"),
        lab.management_address(router),
        *(_CACHE_TIMEOUT + _INTERFACE_TABLE, "i", str(SNMP_CACHE_S)),
    )


def host_key(lab: Lab, node: str) -> Path:
    """Return the private SSH key of a router or traffic host itself."""
    return lab.router_directory(node) / "ssh" / "host_key"


def _known_host(lab: Lab, node: str) -> str:
    public = host_key(lab, node).with_suffix(".pub").read_text().split()
    return f"{lab.management_address(node)} {public[0]} {public[1]}\n"


def _write_private(path: Path, text: str) -> None:
    path.touch(mode=0o600)
    path.write_text(text)


def _snmp_user(name: str) -> dict[str, str]:
    return {
        "user": name,
        "auth_protocol": "SHA",
        "auth_key": secrets.token_urlsafe(_KEY_BYTES),
        "privacy_protocol": "AES",
        "privacy_key": secrets.token_urlsafe(_KEY_BYTES),
    }


def _passwd_file(lab: Lab, node: str) -> str:
    lines = Path("/etc/passwd").read_text()
    shells = {"netops": lab.router_directory(node) / "shell"}
    for account in ON_ROUTERS if node in lab.routers else ("probe",):
        number = account_id(account)
        lines += f"{account}:*:{number}:{number}::/:{shells.get(account, '/bin/sh')}\n"
    return lines


def _group_file() -> str:
    lines = Path("/etc/group").read_text().splitlines()
    # Members of frrvty may talk to the routing daemons.
    members = ",".join(ON_ROUTERS)
    lines = [f"{x.rstrip(',')},{members}" if x.startswith("frrvty:") else x for x in lines]
    lines += [f"{account}:x:{account_id(account)}:" for account in ACCOUNTS]
    return "".join(f"{line.replace(':,', ':')}\n" for line in lines)


def _sshd_config(lab: Lab, router: str) -> str:
    directory = lab.router_directory(router)
    common = sshd_config(lab, router, ON_ROUTERS)
    return f"""{common}SetEnv FORERUNNER_ROUTER={router} FORERUNNER_DIRECTORY={directory}
Match User agent
    PermitTTY no
    ForceCommand /usr/bin/python3 -I -S {lab.agent}
"""


def sshd_config(lab: Lab, node: str, accounts: Sequence[str]) -> str:
    """Return what the SSH server of every node is told: by key, and by nobody else."""
    return f"""ListenAddress {lab.management_address(node)}:22
HostKey {host_key(lab, node)}
PidFile {lab.router_directory(node)}/sshd.pid
AuthorizedKeysFile {lab.state}/authorized/%u
AuthenticationMethods publickey
PasswordAuthentication no
KbdInteractiveAuthentication no
PermitRootLogin no
AllowUsers {" ".join(accounts)}
UsePAM no
UseDNS no
DisableForwarding yes
PrintMotd no
PrintLastLog no
MaxSessions 50
MaxStartups 100
"""


def _snmpd_config(lab: Lab, router: str) -> str:
    reader = json.loads((lab.directory / "snmp.json").read_text())
    tuner = json.loads((lab.state / "snmp-cache.json").read_text())
    return f"""agentAddress udp:{lab.management_address(router)}:161
engineID forerunner-{lab.name}-{router}
sysName {router}
{_create_user(reader)}
{_create_user(tuner)}
rouser {reader["user"]} priv
rwuser {tuner["user"]} priv {_CACHE_TIMEOUT}
master agentx
agentXSocket {AGENTX}
agentXTimeout 1
agentXRetries 0
authtrapenable 1
trapsess {_trap_session(lab, reader)}
"""


def _trap_session(lab: Lab, user: dict[str, str]) -> str:
    keys = f"-a SHA -A {user['auth_key']} -x AES -X {user['privacy_key']}"
    where = f"{lab.management_address()}:{TRAP_PORT}"
    return f"-v 3 -u {user['user']} -l authPriv {keys} {where}"


def _snmp_client_config(user: dict[str, str]) -> str:
    return f"""defVersion 3
defSecurityLevel authPriv
defSecurityName {user["user"]}
defAuthType {user["auth_protocol"]}
defAuthPassphrase {user["auth_key"]}
defPrivType {user["privacy_protocol"]}
defPrivPassphrase {user["privacy_key"]}
"""


def _create_user(user: dict[str, str]) -> str:
    keys = f"SHA {user['auth_key']} AES {user['privacy_key']}"
    return f"createUser {user['user']} {keys}"
