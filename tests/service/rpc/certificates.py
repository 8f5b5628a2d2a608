"""Certificates that a test makes, as files."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import trustme


@dataclass(frozen=True)
class Pair:
    """A certificate and its key."""

    cert: Path
    key: Path


@dataclass(frozen=True)
class Authority:
    """Signs certificates, into a folder."""

    folder: Path
    ca: trustme.CA

    @classmethod
    def of(cls, folder: Path) -> Authority:
        folder.mkdir(parents=True, exist_ok=True)
        made = cls(folder, trustme.CA(key_type=trustme.KeyType.ECDSA))
        made.ca.cert_pem.write_to_path(made.file)
        return made

    @property
    def file(self) -> Path:
        return self.folder / "ca.pem"

    def issue(self, *names: str, common_name: str | None = None) -> Pair:
        """Writes over the pair of before."""
        made = self.ca.issue_cert(*names, common_name=common_name, key_type=trustme.KeyType.ECDSA)
        pair = Pair(self.folder / "tls.crt", self.folder / "tls.key")
        pair.cert.write_bytes(b"".join(pem.bytes() for pem in made.cert_chain_pems))
        pair.key.write_bytes(made.private_key_pem.bytes())
        return pair
