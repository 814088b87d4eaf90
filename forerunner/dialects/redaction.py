"""Secrets in configurations: found by how each platform writes them, replaced for people.

Rather a word too many than one too few: a rule that is unsure takes the word for a secret.
"""

import hashlib
import hmac
import re
import secrets
from collections.abc import Callable, Iterator

Digest = Callable[[str], str]
"""Gives a secret's stable short name, which does not lead back to it."""

_MARK = "<secret:"
_DIGEST_CHARACTERS = 12
# How a value is said to be encoded; it stands before the value and is no secret itself.
_ENCODING = (
    r"(?:(?:0|3|4|5|6|7|8|8a|9|10|level \d+|clear|encrypted|unencrypted|hidden|plaintext|text|"
    r"ascii|ascii-text|hexadecimal|string|password|md5|sha\d*|sha-\d+|hmac-\S+|localized \S+)\s+)*"
)
_WORD = r"(?P<s>\"[^\"]*\"|[^\s\";]+)"
_REST = r"(?P<s>\S.*?)(?=\s+(?:role\s+\S+|encrypted)\s*$|\s*;?\s*(?:## SECRET-DATA)?\s*$)"
_CIPHER = r"(?:(?:aes|des|3des)\S*\s+)?(?:\d{3}\s+)?"
_NO_OPTION = r"(?!.*\b(?:version|use-vrf|filter-vrf|source-interface)\b)"
_RULES = tuple(
    re.compile(rule)
    for rule in (
        # Users, lines, BGP neighbours, IS-IS areas: what follows may hold spaces.
        rf"\b(?:encrypted-password|password|secret|passphrase)\s+{_ENCODING}{_REST}",
        rf"\b(?:authentication|privacy|simple)-password\s+{_ENCODING}{_WORD}",
        r"\bpassword-encrypt\s+" + _WORD,
        # OSPF, RIP, NTP, HSRP, VRRP, NHRP.
        rf"\bmessage-digest-key\s+\d+\s+md5\s+{_ENCODING}{_WORD}",
        rf"\bauthentication-key\s+(?:\d+\s+(?:md5|sha\S*|cmac\S*|hmac\S*)\s+)?{_ENCODING}{_WORD}",
        rf"\bauthentication\s+(?:string|text)\s+{_ENCODING}{_WORD}",
        rf"\b(?:standby|vrrp|glbp)\s.*\bauthentication\s+(?!md5\b|text\b){_WORD}",
        rf"\bnhrp\s+authentication\s+{_WORD}",
        rf"\bhash-algo\s+\S+\s+key\s+{_WORD}",
        # Keys of chains, tunnels, RADIUS and TACACS+.
        rf"\b(?:key-string|auth-key|tcp-md5-auth|wpa-psk|shared-secret)\s+{_ENCODING}{_WORD}",
        rf"\bpre-shared-key\s+(?:(?:local|remote)\s+)?{_ENCODING}{_WORD}",
        rf"\b(?:tacacs|radius|server-private|isakmp)\S*.*?\bkey\s+{_ENCODING}{_WORD}",
        rf"\b(?:server-key|session-key|md5\s+\d+\s+key)\s+{_ENCODING}{_WORD}",
        rf"^\s*key\s+(?:0|5|6|7|8)\s+{_WORD}",
        # SNMP.
        rf"\bsnmp-server\s+community\s+(?:(?:clear|encrypted)\s+)?{_WORD}",
        rf"\bcommunity-map\s+{_WORD}",
        rf"\bhost\s.*\bversion\s+(?:1|2c)\s+{_WORD}",
        rf"\bsnmp-server\s+host\s+{_NO_OPTION}\S+(?:\s+vrf\s+\S+)?(?:\s+(?:traps|informs))?\s+{_WORD}",
        rf"\bsnmp-server\s+user\s.*?\bauth\s+(?:md5|sha)\S*\s+{_ENCODING}{_WORD}",
        rf"\bsnmp-server\s+user\s.*?\bpriv\s+{_CIPHER}{_ENCODING}{_WORD}",
        rf"\bcreateUser\s+\S+\s+\S+\s+{_WORD}",
        rf"\bcreateUser\s+(?:\S+\s+){{4}}{_WORD}",
        rf"^\s*(?:set\s+)?snmp\s.*\b(?:community|trap-group)\s+{_WORD}",
        # Junos marks them itself.
        r"(?P<s>\"[^\"]*\"|[^\s;]+)\s*;\s*## SECRET-DATA",
        # Whatever is hashed as passwords are, and what stands in an address.
        r"(?<![\w$])(?P<s>\$(?:\d{1,2}|[a-z]\w{1,8})\$[^\s\";]+)",
        r"://[^/\s:@]+:(?P<s>[^@\s/]+)@",
    )
)
# A word of every rule: most lines have none, and thousands of devices have millions of lines.
_SUSPECT = re.compile(
    r"password|secret|passphrase|auth|key|psk|community|trap-group|snmp|host\s|createUser|"
    r"SECRET-DATA|\$|://"
)
# Only where the section says what the word means.
_IN_SECTION = (
    (re.compile(r"(?!key chain )"), re.compile(rf"^\s+key\s+(?!chain\s|\d+\s*$){_WORD}\s*$")),
    (
        re.compile(r"(?:radius|tacacs|aaa)"),
        re.compile(rf"^\s+key\s+{_WORD}\s*$"),
    ),
    (re.compile(r"snmp \{"), re.compile(rf"^\s+(?:community|trap-group)\s+{_WORD}")),
)
# Certificates and keys of many lines: as hexadecimal words, or in PEM.
_HEXADECIMAL = re.compile(r"^\s+(?:[0-9A-Fa-f]{8}\s+){3,}[0-9A-Fa-f]{1,8}\s*$")
_MAYBE_HEXADECIMAL = re.compile(r"\n\s+[0-9A-Fa-f]{8}\s")
_MORE_HEXADECIMAL = re.compile(r"^\s+(?:[0-9A-Fa-f]{1,8}\s*)+$")
_PEM, _PEM_END = re.compile(r"-----BEGIN "), re.compile(r"-----END ")
_EPHEMERAL = secrets.token_bytes(32)


def redact(text: str, digest: Digest) -> str:
    """Return a configuration, or a difference of two, with its secrets replaced.

    A secret becomes `<secret:…>` with its digest inside, so that another secret shows as a
    change. Redacting what is redacted changes nothing.

    Args:
        text: Lines of a configuration of any platform.
        digest: Names a secret; the same name for the same secret.
    """
    lines = text.splitlines()
    body = "\n".join(lines)
    # Seldom is there a block, and going through all lines for one takes twice as long as the rest.
    if _MAYBE_HEXADECIMAL.search(f"\n{body}") or _PEM.search(body):
        body = "\n".join(_folded(lines, digest))
    return _without_secrets(body, digest) + ("\n" if text.endswith("\n") else "")


def hide(text: str) -> str:
    """Return text that people see in passing (a difference, an error) with its secrets replaced.

    Digests hold within this process: a changed secret still shows as a change.
    """
    return redact(text, lambda secret: keyed_digest(_EPHEMERAL, secret))


def keyed_digest(key: bytes, secret: str) -> str:
    """Return the short name of a secret under a key. Source: RFC 2104 (HMAC), with SHA-256."""
    return hmac.new(key, secret.encode(), hashlib.sha256).hexdigest()[:_DIGEST_CHARACTERS]


def _without_secrets(body: str, digest: Digest) -> str:
    out: list[str] = []
    section, done = "", 0
    while found := _SUSPECT.search(body, done):
        begin = max(body.rfind("\n", done, found.start()) + 1, done)
        end = body.find("\n", found.start())
        end = len(body) if end < 0 else end
        section = _last_section(body[done:end]) or section
        out += [body[done:begin], _redacted_line(body[begin:end], section, digest)]
        done = end
    return "".join([*out, body[done:]])


def _last_section(text: str) -> str:
    """Return the last line that opens a section; empty when none does."""
    bare = (_without_sign(line) for line in reversed(text.split("\n")))
    return next((line for line in bare if line and not line[0].isspace()), "")


def _redacted_line(line: str, section: str, digest: Digest) -> str:
    for rule in _RULES:
        line = _apply(rule, line, digest)
    for where, rule in _IN_SECTION:
        if where.match(section):
            line = _apply(rule, line, digest)
    return line


def _apply(rule: re.Pattern[str], line: str, digest: Digest) -> str:
    # A difference has a sign before each line, which the rules do not expect.
    sign = line[: len(line) - len(_without_sign(line))]
    bare = line[len(sign) :]
    found = rule.search(bare)
    if found is None or _MARK in found["s"]:
        return line
    secret = found["s"].strip('"')
    if not secret:
        return line
    begin, end = found.span("s")
    quote = '"' if found["s"].startswith('"') else ""
    return f"{sign}{bare[:begin]}{quote}{_MARK}{digest(secret)}>{quote}{bare[end:]}"


def _without_sign(line: str) -> str:
    return line[1:] if line[:2] in ("+ ", "- ") else line


def _folded(lines: list[str], digest: Digest) -> Iterator[str]:
    """Yield the lines, each certificate or key of many lines as one with its digest."""
    number = 0
    while number < len(lines):
        end = _block_end(lines, number)
        if end > number:
            body = "".join(line.strip() for line in lines[number:end])
            yield f" {_MARK}{digest(body)}>"
            number = end
        else:
            yield lines[number]
            number += 1


def _block_end(lines: list[str], number: int) -> int:
    """Return the number of the line after a block that begins here; `number` if none does."""
    if _HEXADECIMAL.match(lines[number]):
        while number < len(lines) and _MORE_HEXADECIMAL.match(lines[number]):
            number += 1
    elif _PEM.search(lines[number]):
        # One that is not closed is hidden to the end: rather too much than a key's half.
        ends = (at for at in range(number, len(lines)) if _PEM_END.search(lines[at]))
        number = next(ends, len(lines) - 1) + 1
    return number
