"""What is told of a call: how it ended, and ids that we gave."""

from __future__ import annotations

import logging
from types import SimpleNamespace

import pytest

from service.rpc.call_record import CallRecord
from service.telemetry.call import Call

OURS = "0123456789abcdef" * 2


def _record() -> CallRecord:
    return CallRecord(Call("/palate.v1.ExplainService/Explain", "ipv4:1.2.3.4:5", "r-1"))


@pytest.mark.parametrize(
    ("status", "level", "message"),
    [
        ("OK", logging.INFO, "call answered"),
        ("CANCELLED", logging.INFO, "call left by the caller"),
        ("NOT_FOUND", logging.WARNING, "call refused"),
        ("RESOURCE_EXHAUSTED", logging.WARNING, "call refused"),
        ("INTERNAL", logging.ERROR, "call failed"),
    ],
)
def test_the_level_shows_what_did_not_go_well(
    status: str, level: int, message: str, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    record = _record()
    record.refused(status, "WHY", "ref-1")
    record.log(logging.getLogger(__name__))
    (line,) = caplog.records
    assert (line.levelno, line.getMessage()) == (level, message)
    told = line.__dict__
    assert (told["status"], told["reason"], told["reference"]) == (status, "WHY", "ref-1")
    assert told["duration_ms"] >= 0


@pytest.mark.parametrize(
    ("named", "kept"), [(OURS, OURS), ("somebody's words", ""), ("", ""), (OURS + "0", "")]
)
def test_only_an_id_of_ours_is_kept_of_a_message(named: str, kept: str) -> None:
    record = _record()
    record.about(SimpleNamespace(recommendation_id=named))
    record.about(SimpleNamespace())
    assert record.recommendation_id == kept
