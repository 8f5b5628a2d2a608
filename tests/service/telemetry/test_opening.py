"""The settings decide what is told to whom; without any it is nobody."""

from __future__ import annotations

import logging

import pytest
from pydantic import ValidationError

from service.config import ServerSettings
from service.telemetry.opening import telemetry_of
from tests.service.telemetry.test_endpoint import _read


def test_metrics_are_off_by_default_and_an_address_is_checked() -> None:
    assert ServerSettings().metrics == ""
    with pytest.raises(ValidationError, match="must be host:port"):
        ServerSettings(metrics="9464")


def test_metrics_answer_at_the_address_of_the_settings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with telemetry_of(ServerSettings(metrics="127.0.0.1:0")) as telemetry:
        telemetry.ended("/palate.v1.UserService/PutUser", "OK", "", 0.1)
        (told,) = [record.getMessage() for record in caplog.records]
        page = _read(told.removeprefix("metrics at http://").removesuffix("/metrics"))
    assert 'rpc_method="palate.v1.UserService/PutUser"' in page
