"""What of who may call cannot be set."""

from __future__ import annotations

from typing import Any

import pytest
from pydantic import ValidationError

from service.access.settings import AccessSettings, JwtSettings, TlsSettings

PROVIDER = {"jwks": "https://id.example/keys", "issuer": "https://id.example", "audience": "palate"}


@pytest.mark.parametrize("given", [{"cert": "c"}, {"key": "k"}])
def test_a_certificate_and_its_key_belong_together(given: dict[str, str]) -> None:
    with pytest.raises(ValidationError, match="cert and key belong together"):
        TlsSettings.model_validate(given)


def test_clients_are_only_known_over_tls() -> None:
    with pytest.raises(ValidationError, match="client_ca needs cert and key"):
        TlsSettings.model_validate({"client_ca": "ca"})


@pytest.mark.parametrize("missing", ["issuer", "audience"])
def test_tokens_that_were_made_for_others_cannot_be_allowed(missing: str) -> None:
    with pytest.raises(ValidationError, match="needs issuer and audience"):
        JwtSettings.model_validate({**PROVIDER, missing: ""})


@pytest.mark.parametrize("algorithm", ["none", "HS256", "HS512"])
def test_algorithms_by_which_whoever_verifies_could_sign_cannot_be_allowed(algorithm: str) -> None:
    with pytest.raises(ValidationError, match="algorithms"):
        JwtSettings.model_validate({**PROVIDER, "algorithms": [algorithm]})
    with pytest.raises(ValidationError, match="algorithms is empty"):
        JwtSettings.model_validate({**PROVIDER, "algorithms": []})


@pytest.mark.parametrize(
    "given", [{"certificates": {"a": "root"}}, {"certificates": {"": "read"}}, {"rate_per_s": -1}]
)
def test_what_makes_no_sense_is_refused(given: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        AccessSettings.model_validate(given)
