"""The page is there while it is to be, and an address that is taken is said."""

from __future__ import annotations

from urllib.error import HTTPError, URLError
from urllib.request import Request, urlopen

import pytest
from prometheus_client import CollectorRegistry, Counter

from service.errors import AddressUnavailable
from service.telemetry.endpoint import metrics_at


def _read(address: str) -> str:
    with urlopen(f"http://{address}/metrics", timeout=20) as page:
        text: str = page.read().decode()
    return text


def test_the_page_is_there_for_as_long_as_it_lasts() -> None:
    registry = CollectorRegistry()
    with metrics_at("127.0.0.1:0", registry) as address:
        Counter("palate_answers", "Answers.", registry=registry).inc(2)
        lines = _read(address).splitlines()
    assert "palate_answers_total 2.0" in lines
    assert not [line for line in lines if "_created" in line]
    with pytest.raises(URLError):
        _read(address)


def test_who_may_not_read_is_told_what_to_send() -> None:
    asked: list[str] = []

    def may_read(authorization: str) -> bool:
        asked.append(authorization)
        return authorization == "Bearer good"

    registry = CollectorRegistry()
    with metrics_at("127.0.0.1:0", registry, may_read) as address:
        Counter("palate_answers", "Answers.", registry=registry).inc(2)
        for header in ({}, {"Authorization": "Bearer bad"}):
            with pytest.raises(HTTPError, match="401") as refused:
                urlopen(Request(f"http://{address}/metrics", headers=header), timeout=20)
            with refused.value as answer:
                assert b"palate_answers" not in answer.read()
        good = Request(f"http://{address}/metrics", headers={"Authorization": "Bearer good"})
        with urlopen(good, timeout=20) as page:
            assert "palate_answers_total 2.0" in page.read().decode()
    assert asked == ["", "Bearer bad", "Bearer good"]


def test_an_address_that_is_taken_is_said() -> None:
    registry = CollectorRegistry()
    with (
        metrics_at("127.0.0.1:0", registry) as address,
        pytest.raises(AddressUnavailable, match=f"cannot listen on {address}: address already"),
        metrics_at(address, registry),
    ):
        pass
