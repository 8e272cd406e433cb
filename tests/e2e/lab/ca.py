"""A throwaway certificate authority, and certificates for servers on this host: good ones and bad ones.

    python3 -m lab.ca FOLDER
"""

import datetime
import ipaddress
import pathlib
import ssl
import sys

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

LIFE = datetime.timedelta(days=30)
LOOPBACK = ("localhost", "127.0.0.1", "::1")

# What a server may show: names, days since it ceased to be valid, whether a stranger signed it.
CERTIFICATES = {
    "server": (LOOPBACK, 0, False),
    "wrong-name": (("elsewhere.example",), 0, False),
    "expired": (LOOPBACK, 1, False),
    "stranger": (LOOPBACK, 0, True),
}


def _name(text):
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


def _alternative(name):
    try:
        return x509.IPAddress(ipaddress.ip_address(name))
    except ValueError:
        return x509.DNSName(name)


def _builder(subject, issuer, key, end):
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(end - LIFE)
        .not_valid_after(end)
    )


class _Signer:
    """The key and certificate of one authority."""

    def __init__(self, name, end):
        self.key = ec.generate_private_key(ec.SECP256R1())
        usage = x509.KeyUsage(False, False, False, False, False, True, True, False, False)
        self.certificate = (
            _builder(_name(name), _name(name), self.key, end)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .add_extension(x509.SubjectKeyIdentifier.from_public_key(self.key.public_key()), critical=False)
            .sign(self.key, hashes.SHA256())
        )

    def issue(self, names, end):
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _builder(_name(names[0]), self.certificate.subject, key, end)
            .add_extension(x509.SubjectAlternativeName([_alternative(name) for name in names]), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()), critical=False
            )
            .sign(self.key, hashes.SHA256())
        )
        return key, certificate


def _pem(certificate):
    return certificate.public_bytes(serialization.Encoding.PEM)


def _key_pem(key):
    return key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )


class Authority:
    """Certificates in a folder: ca.pem, which clients are to trust, and one NAME.pem with its key per CERTIFICATES."""

    def __init__(self, folder):
        self.folder = pathlib.Path(folder)
        self.ca_file = self.folder / "ca.pem"
        if not self.ca_file.exists():
            self._create()

    def _create(self):
        self.folder.mkdir(parents=True, exist_ok=True)
        now = datetime.datetime.now(datetime.timezone.utc)
        own, other = _Signer("lab authority", now + LIFE / 2), _Signer("stranger", now + LIFE / 2)
        for name, (names, expired, strange) in CERTIFICATES.items():
            end = now - datetime.timedelta(days=expired) if expired else now + LIFE / 2
            key, certificate = (other if strange else own).issue(names, end)
            path = self.folder / f"{name}.pem"
            path.touch(mode=0o600)
            path.write_bytes(_key_pem(key) + _pem(certificate))
        self.ca_file.write_bytes(_pem(own.certificate))

    def context(self, certificate="server"):
        """What a server needs to speak TLS with that certificate."""
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.minimum_version = ssl.TLSVersion.TLSv1_2
        context.load_cert_chain(self.folder / f"{certificate}.pem")
        return context


if __name__ == "__main__":
    print(Authority(sys.argv[1]).ca_file)
