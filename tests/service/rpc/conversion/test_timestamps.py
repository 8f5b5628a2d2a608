"""Unix seconds and timestamps."""

import pytest
from google.protobuf.timestamp_pb2 import Timestamp

from service.rpc.conversion.timestamps import timestamp, unix_seconds


@pytest.mark.parametrize(
    ("unix_s", "text"),
    [
        (0.0, "1970-01-01T00:00:00Z"),
        (1_704_164_645.25, "2024-01-02T03:04:05.250Z"),
        (1_704_164_645.000001, "2024-01-02T03:04:05.000001Z"),
        (-0.5, "1969-12-31T23:59:59.500Z"),
        (1e300, "9999-12-31T23:59:59Z"),
        (-1e300, "0001-01-01T00:00:00Z"),
    ],
)
def test_seconds_become_the_time_they_are(unix_s: float, text: str) -> None:
    assert timestamp(unix_s).ToJsonString() == text


@pytest.mark.parametrize("unix_s", [0.0, -0.5, 1_704_164_645.25, 1_704_164_645.000001])
def test_microseconds_come_back(unix_s: float) -> None:
    assert unix_seconds(timestamp(unix_s)) == unix_s


def test_a_timestamp_that_is_not_set_is_zero() -> None:
    assert unix_seconds(Timestamp()) == 0.0
