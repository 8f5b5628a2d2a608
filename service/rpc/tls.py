"""The server's certificate as gRPC takes it: asked for at every handshake, and read again when its
files have changed.

A pair that does not fit together (one file is written before the other) or cannot be read leaves the
one of before in use, and the log says so. Calls under way keep their connection. Knows nothing of who may
call what.
"""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

import grpc

from service.access.file_signature import file_signature
from service.access.settings import TlsSettings
from service.errors import ConfigError

logger = logging.getLogger(__name__)

Signature = tuple[tuple[int, ...] | None, ...]


def server_credentials(settings: TlsSettings) -> grpc.ServerCredentials:
    """ConfigError where the files cannot be used."""
    certificate = Certificate(settings)
    return grpc.dynamic_ssl_server_credentials(
        certificate.configuration,
        certificate.now,
        require_client_authentication=settings.client_ca is not None,
    )


class Certificate:
    """The files of the settings, as of now. gRPC asks from threads of its own, one at a time."""

    def __init__(self, settings: TlsSettings) -> None:
        self._settings = settings
        self._files = [
            file for file in (settings.cert, settings.key, settings.client_ca) if file is not None
        ]
        self._seen = self._signature()
        self.configuration = self._read()

    def now(self) -> grpc.ServerCertificateConfiguration:
        """Read again where a file has changed; what was usable last where that fails."""
        signature = self._signature()
        if signature != self._seen:
            self._seen = signature
            try:
                self.configuration = self._read()
            except ConfigError as error:
                logger.error("the certificate of before stays in use: %s", error)
            else:
                logger.info("the certificate has changed")
        return self.configuration

    def _read(self) -> grpc.ServerCertificateConfiguration:
        cert, key, client_ca = self._settings.cert, self._settings.key, self._settings.client_ca
        assert cert is not None
        assert key is not None
        try:
            _check(cert, key, client_ca)
            authorities = client_ca.read_bytes() if client_ca is not None else None
            pair = (key.read_bytes(), cert.read_bytes())
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            files = ", ".join(map(str, self._files))
            raise ConfigError(
                f"tls: {files} cannot be used ({_why(error)}); give a certificate and its key as PEM, without a"
                " passphrase"
            ) from None
        return grpc.ssl_server_certificate_configuration([pair], root_certificates=authorities)

    def _signature(self) -> Signature:
        return tuple(map(file_signature, self._files))


def _check(cert: Path, key: Path, client_ca: Path | None) -> None:
    """OSError where the key is not the certificate's, or one of them is none: gRPC would take it, and
    fail at every handshake."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key, password=_no_passphrase)
    if client_ca is not None:
        context.load_verify_locations(client_ca)


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal."""
    raise ValueError("the key has a passphrase")


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
