"""The server's certificate as gRPC and HTTP take it: asked for at every handshake, and read again when
its files have changed.

A pair that does not fit together (one file is written before the other) or cannot be read leaves the
one of before in use, and the log says so. Calls under way keep their connection. Knows nothing of who may
call what.
"""

from __future__ import annotations

import logging
import ssl
from collections.abc import Callable
from typing import Generic, TypeAlias, TypeVar

import grpc

from service.access.file_signature import file_signature
from service.access.settings import TlsSettings
from service.errors import ConfigError

logger = logging.getLogger(__name__)

Signature: TypeAlias = tuple[tuple[int, ...] | None, ...]
T = TypeVar("T")


def server_credentials(settings: TlsSettings) -> grpc.ServerCredentials:
    """For gRPC. ConfigError where the files cannot be used."""
    certificate = Certificate(settings, _configuration)
    return grpc.dynamic_ssl_server_credentials(
        certificate.current,
        certificate.now,
        require_client_authentication=settings.client_ca is not None,
    )


def server_context(settings: TlsSettings) -> ssl.SSLContext:
    """For HTTP: each handshake goes on with the context of the files as they are then. ConfigError where
    they cannot be used."""
    certificate = Certificate(settings, _context)
    listening = certificate.current

    def at_handshake(connection: ssl.SSLObject, _: str | None, __: ssl.SSLContext) -> None:
        connection.context = certificate.now()

    listening.sni_callback = at_handshake  # called where the caller names no server, too
    return listening


class Certificate(Generic[T]):
    """The files of the settings as of now, as what `made` makes of them. gRPC asks from threads of its
    own, one at a time; HTTP from the event loop."""

    def __init__(self, settings: TlsSettings, made: Callable[[TlsSettings], T]) -> None:
        self._settings = settings
        self._made = made
        self._files = [
            file for file in (settings.cert, settings.key, settings.client_ca) if file is not None
        ]
        self._seen = self._signature()
        self.current = self._read()

    def now(self) -> T:
        """Read again where a file has changed; what was usable last where that fails."""
        signature = self._signature()
        if signature != self._seen:
            self._seen = signature
            try:
                self.current = self._read()
            except ConfigError as error:
                logger.error("the certificate of before stays in use: %s", error)
            else:
                logger.info("the certificate has changed")
        return self.current

    def _read(self) -> T:
        try:
            return self._made(self._settings)
        except (OSError, ValueError) as error:  # ssl.SSLError is an OSError
            files = ", ".join(map(str, self._files))
            raise ConfigError(
                f"tls: {files} cannot be used ({_why(error)}); give a certificate and its key as PEM, without a"
                " passphrase"
            ) from None

    def _signature(self) -> Signature:
        return tuple(map(file_signature, self._files))


def _configuration(settings: TlsSettings) -> grpc.ServerCertificateConfiguration:
    """What gRPC takes. It would take a key that is not the certificate's, and fail at every handshake:
    OpenSSL is asked first."""
    assert settings.cert is not None
    assert settings.key is not None
    _context(settings)
    authorities = settings.client_ca.read_bytes() if settings.client_ca is not None else None
    pair = (settings.key.read_bytes(), settings.cert.read_bytes())
    return grpc.ssl_server_certificate_configuration([pair], root_certificates=authorities)


def _context(settings: TlsSettings) -> ssl.SSLContext:
    """OSError where the key is not the certificate's, or one of them is none."""
    assert settings.cert is not None
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(settings.cert, settings.key, password=_no_passphrase)
    if settings.client_ca is not None:
        context.load_verify_locations(settings.client_ca)
        context.verify_mode = ssl.CERT_REQUIRED
    return context


def _no_passphrase() -> str:
    """OpenSSL would ask at the terminal."""
    raise ValueError("the key has a passphrase")


def _why(error: Exception) -> str:
    return (error.strerror if isinstance(error, OSError) else None) or str(error)
