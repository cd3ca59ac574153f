"""Certificates of an OPC UA client: its own, made once, and the server's, kept from the first meeting or given."""

from __future__ import annotations

import asyncio
import os
import socket
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from asyncua import ua
from asyncua.client.client import Client
from asyncua.crypto.security_policies import SecurityPolicyBasic256Sha256
from asyncua.crypto.uacrypto import CertProperties
from asyncua.ua.uaerrors import UaError
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from tynys.domain.status import GapCause
from tynys.field.driver import LineError

if TYPE_CHECKING:
    from pathlib import Path

APPLICATION_URI = "urn:tynys:plant:opcua-client"
"""Names our client; the certificate must carry it. OPC 10000-4, 6.1."""

_VALID_FOR = timedelta(days=3650)


def ensure_client_certificate(certificate: Path, private_key: Path) -> None:
    """Make a self-signed client certificate and its key (mode 0600) unless both are there."""
    if certificate.exists() and private_key.exists():
        return
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tynys plant")])
    now = datetime.now(UTC)
    names = x509.SubjectAlternativeName([x509.UniformResourceIdentifier(APPLICATION_URI), x509.DNSName(socket.gethostname())])
    usage = x509.KeyUsage(
        digital_signature=True,
        content_commitment=True,
        key_encipherment=True,
        data_encipherment=True,
        key_agreement=False,
        key_cert_sign=True,
        crl_sign=False,
        encipher_only=False,
        decipher_only=False,
    )
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + _VALID_FOR)
        .add_extension(names, critical=False)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(key.public_key()), critical=False)
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(usage, critical=True)
        .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.CLIENT_AUTH]), critical=False)
        .sign(key, hashes.SHA256())
    )
    for path in (certificate, private_key):
        path.parent.mkdir(parents=True, exist_ok=True)
    pem = key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    private_key.unlink(missing_ok=True)
    with os.fdopen(os.open(private_key, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
        file.write(pem)
    certificate.write_bytes(made.public_bytes(serialization.Encoding.DER))


async def secure(client: Client, *, certificate: Path, private_key: Path, server_certificate: Path, keep_first: bool) -> None:
    """Sign and encrypt with Basic256Sha256, trusting one server certificate only.

    With ``keep_first`` the certificate of the first meeting is kept in ``server_certificate``, and from then on no other
    is accepted.
    """
    if keep_first:
        await asyncio.to_thread(_keep_or_compare, server_certificate, await _shown_certificate(client))
    await client.set_security(
        SecurityPolicyBasic256Sha256,
        CertProperties(str(certificate), "der"),
        CertProperties(str(private_key), "pem"),
        server_certificate=CertProperties(str(server_certificate), "der"),
    )


def _keep_or_compare(kept: Path, shown: bytes) -> None:
    if not kept.exists():
        kept.write_bytes(shown)
    elif kept.read_bytes() != shown:
        raise LineError(
            GapCause.LINE_CUT,
            f"the server shows another certificate than the one kept in {kept}; if that is meant, delete the file",
        )


async def _shown_certificate(client: Client) -> bytes:
    """The certificate the server shows at its Basic256Sha256 endpoint (DER)."""
    endpoints = await client.connect_and_get_server_endpoints()
    mode, policy = ua.MessageSecurityMode.SignAndEncrypt, SecurityPolicyBasic256Sha256.URI
    try:
        endpoint = Client.find_endpoint(endpoints, mode, policy)
    except UaError as error:
        raise LineError(GapCause.LINE_CUT, "the server offers no endpoint with Basic256Sha256, sign and encrypt") from error
    chain: bytes = endpoint.ServerCertificate
    return x509.load_der_x509_certificate(chain[: int.from_bytes(chain[2:4], "big") + 4]).public_bytes(serialization.Encoding.DER)
