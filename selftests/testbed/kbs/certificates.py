# SPDX-License-Identifier: GPL-2.0-only
"""Certificates for a server on loopback, made when they are needed."""

import datetime
import ipaddress
import pathlib

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

ADDRESSES = ("127.0.0.1", "10.0.2.2")     # the second is what a realm calls this machine


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _pem(folder, name, key, certificate):
    path = pathlib.Path(folder) / f"{name}.pem"
    path.write_bytes(certificate.public_bytes(serialization.Encoding.PEM))
    path.with_suffix(".key").write_bytes(key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()))
    return path


def make(folder, name="server", addresses=ADDRESSES, days=2):
    """A CA and a server's certificate by it: (CA file, server file); its key is beside it."""
    now = datetime.datetime.now(datetime.timezone.utc)
    ca_key, key = ec.generate_private_key(ec.SECP256R1()), ec.generate_private_key(ec.SECP256R1())

    def build(subject, public, is_ca):
        builder = (x509.CertificateBuilder()
                   .subject_name(_name(subject)).issuer_name(_name(f"{name} test CA"))
                   .public_key(public).serial_number(x509.random_serial_number())
                   .not_valid_before(now - datetime.timedelta(days=abs(days) + 1))
                   .not_valid_after(now + datetime.timedelta(days=days))
                   .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
                   .add_extension(x509.SubjectKeyIdentifier.from_public_key(public), critical=False)
                   .add_extension(x509.AuthorityKeyIdentifier.from_issuer_public_key(ca_key.public_key()),
                                  critical=False))
        usage = {name: False for name in (
            "digital_signature", "content_commitment", "key_encipherment", "data_encipherment",
            "key_agreement", "key_cert_sign", "crl_sign", "encipher_only", "decipher_only")}
        usage["key_cert_sign" if is_ca else "digital_signature"] = True
        builder = builder.add_extension(x509.KeyUsage(**usage), critical=True)
        if not is_ca:
            names = [x509.IPAddress(ipaddress.ip_address(a)) for a in addresses]
            builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
        return builder.sign(ca_key, hashes.SHA256())

    ca = _pem(folder, f"{name}-ca", ca_key, build(f"{name} test CA", ca_key.public_key(), True))
    return ca, _pem(folder, name, key, build("kbs", key.public_key(), False))
