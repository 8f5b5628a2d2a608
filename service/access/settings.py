"""The settings of who may call. Part of the tree of `service.config`; knows nothing of what uses it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator, model_validator

RoleName = Literal["read", "write", "admin"]
Algorithm = Literal[
    "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "EdDSA"
]
"""Signatures of a key pair. What is verified with the secret that signs (HS256) is left out: whoever
can check a token could then make one."""

_SECTION = ConfigDict(extra="forbid", frozen=True, allow_inf_nan=False)


class TlsSettings(BaseModel):
    """The server's certificate, for gRPC and HTTP. Files are read again when they change; calls under way
    go on."""

    model_config = _SECTION

    cert: Path | None = None
    """PEM file of the certificate, with those between it and its authority, such as
    `/run/secrets/palate/tls.crt`. Without one the server speaks no TLS."""
    key: Path | None = None
    """PEM file of its private key, without a passphrase."""
    client_ca: Path | None = None
    """PEM file of the authorities whose certificates clients must have (mutual TLS). Without one no
    certificate is asked for."""

    @model_validator(mode="after")
    def _certificate_and_key_belong_together(self) -> TlsSettings:
        if (self.cert is None) != (self.key is None):
            raise ValueError("cert and key belong together: give both, or neither")
        if self.client_ca is not None and self.cert is None:
            raise ValueError("client_ca needs cert and key: clients are only known over TLS")
        return self


class JwtSettings(BaseModel):
    """Tokens (JWT) of an identity provider. Needs the extra `jwt`."""

    model_config = _SECTION

    jwks: str = ""
    """Where the provider's public keys are: an https URL (http on this machine only), or a file with
    a JWK set or a public key in PEM. Empty takes no tokens."""
    issuer: str = ""
    """What `iss` must be; required with jwks."""
    audience: str = ""
    """What `aud` must have; required with jwks."""
    algorithms: Sequence[Algorithm] = ("RS256", "ES256", "EdDSA")
    """The algorithms that a token may be signed with."""
    role_claim: str = "role"
    """Claim with the role, or a list of roles; dots go into objects, such as `realm_access.roles`."""
    roles: Mapping[str, RoleName] = Field(default_factory=dict)
    """What the provider's roles are here, such as {"shop-backend" = "write"}; the names of ours mean
    themselves unless they stand here. Others count as none."""
    tenant_claim: str = ""
    """Claim with the tenant, at a server with tenants; dots go into objects. Empty takes none from
    tokens."""
    leeway_s: float = Field(default=30.0, ge=0.0, le=300.0)
    """By how much clocks may differ, in seconds."""
    refresh_s: float = Field(default=300.0, ge=1.0)
    """After how many seconds the public keys are fetched again. A token of a key that is not known
    has them fetched at once, but at most every 10 s."""

    @model_validator(mode="after")
    def _tokens_are_for_us(self) -> JwtSettings:
        if self.jwks and not (self.issuer and self.audience):
            raise ValueError(
                "jwks needs issuer and audience: else tokens that were made for others would open this server"
            )
        if not self.algorithms:
            raise ValueError("algorithms is empty: no token could be verified")
        return self


class AccessSettings(BaseModel):
    """Who may call the server, and how often."""

    model_config = _SECTION

    required: bool | None = None
    """Whether calls need a credential. Unset, they do where there are keys, tokens or certificates
    to know them by."""
    keys: Path | None = None
    """File of the keys that `palate keys` makes; unset, `access/keys.json` in the data folder."""
    certificates: Mapping[str, RoleName] = Field(default_factory=dict)
    """Roles by a name of the client's certificate (DNS, URI or common name), with tls.client_ca."""
    certificate_tenants: Mapping[str, str] = Field(default_factory=dict)
    """Tenants by a name of `certificates`, at a server with tenants."""
    jwt: JwtSettings = Field(default_factory=JwtSettings)
    """Tokens of an identity provider."""
    encoders: Sequence[str] = ()
    """Encoders that ChangeEncoders may be asked for, such as `st:/models/multilingual`, beside
    `bundled`, `none` and those of `encoders`. In a data folder that no server has open, `palate
    encoders change` takes any."""
    rate_per_s: float = Field(default=0.0, ge=0.0)
    """Calls a second that each key, subject or certificate may make; `palate keys make --rate` sets
    it for a key. 0 is no limit."""
    burst_s: float = Field(default=2.0, gt=0.0, le=3_600.0)
    """How many seconds' worth of calls may come at once after a pause."""
    audit: bool | None = None
    """Whether administrative calls and refusals are recorded. Unset, they are where calls need a
    credential."""
    audit_folder: Path | None = None
    """Where; unset, `access/audit` in the data folder."""
    audit_file_bytes: int = Field(default=16 * 1024 * 1024, ge=64 * 1024)
    """A file of the record is followed by another one from this size on. None is ever removed."""

    @model_validator(mode="after")
    def _tenants_are_of_certificates_with_a_role(self) -> AccessSettings:
        if unknown := sorted(set(self.certificate_tenants) - set(self.certificates)):
            raise ValueError(
                f"certificate_tenants names {', '.join(unknown)}, which certificates gives no role"
            )
        return self

    @field_validator("certificates")
    @classmethod
    def _names_are_not_empty(cls, certificates: Mapping[str, RoleName]) -> Mapping[str, RoleName]:
        if "" in certificates:
            raise ValueError("a certificate without a name cannot have a role")
        return certificates
