"""An authority of the lab's own, and what it vouches for."""

import ipaddress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from forerunner.files import write_whole

_DAYS = 3650


def make_certificates(directory: Path, address: str) -> None:
    """Write ca.pem, server.pem with server.key, and client.pem with client.key, once.

    Args:
        directory: Where.
        address: The IP address that the server's certificate is for.
    """
    if (directory / "client.pem").exists():
        return
    key, authority = _authority()
    _write(directory, "ca", authority)
    named = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
    for name, names in (("server", named), ("client", None)):
        own = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(f"gport {name}", authority.subject, own)
        if names:
            builder = builder.add_extension(names, critical=False)
        text = own.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        write_whole(directory / f"{name}.key", text)
        _write(directory, name, builder.sign(key, hashes.SHA256()))


def _authority() -> tuple[ec.EllipticCurvePrivateKey, x509.Certificate]:
    key = ec.generate_private_key(ec.SECP256R1())
    name = _name("gport authority of the lab")
    builder = _builder("gport authority of the lab", name, key)
    constraints = x509.BasicConstraints(ca=True, path_length=0)
    identifier = x509.SubjectKeyIdentifier.from_public_key(key.public_key())
    builder = builder.add_extension(constraints, critical=True)
    return key, builder.add_extension(identifier, critical=False).sign(key, hashes.SHA256())


def _builder(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(_name(subject))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=_DAYS))
    )


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _write(directory: Path, name: str, certificate: x509.Certificate) -> None:
    write_whole(directory / f"{name}.pem", certificate.public_bytes(serialization.Encoding.PEM))
