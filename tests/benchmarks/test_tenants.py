"""A tenant cannot tell that there is another: real servers, every rpc; and a comparison that would see
it."""

from __future__ import annotations

import os
import signal
from pathlib import Path

import grpc
import numpy as np
import pytest

from benchmarks.fuzz import rpcs
from benchmarks.tenants import (
    MARK,
    Found,
    Timing,
    _timing,
    comparable,
    fill_a,
    fill_b,
    first_difference,
    ids_of_b,
    make_tenant,
    measured,
    report,
    server_of,
    settle,
    tenant_keys,
)
from palate.client import Client
from palate.errors import PalateRpcError
from palate.v1 import index_pb2, user_pb2


@pytest.mark.slow
def test_no_rpc_tells_of_another_tenant(tmp_path: Path) -> None:
    found, _ = measured(tmp_path, calls=100, pairs=0, from_seed=0)
    assert found.told == []
    assert found.sent >= 4 * len(rpcs())  # few of those that take long
    assert found.by_status["OK"] > found.sent / 5
    assert found.by_others > 0


@pytest.mark.slow
def test_what_was_acknowledged_of_each_is_there_after_a_kill_and_only_its_own(
    tmp_path: Path,
) -> None:
    make_tenant(tmp_path, "a", fill_a)
    make_tenant(tmp_path, "b", fill_b)
    keys = tenant_keys(tmp_path, ["a", "b"])
    with server_of(tmp_path) as server:
        for name, key in keys.items():
            with Client(server.address, key=key) as client:
                client.index_items([{"item_id": "new", "title": f"of {name}"}])
        os.kill(server.pid, signal.SIGKILL)
    with server_of(tmp_path) as server:
        for name, key in keys.items():
            with Client(server.address, key=key) as client:
                assert client.get_item("new").title == f"of {name}"
                titles = [item.title for item in client.list_items(page_size=200).items]
                assert any(MARK in title for title in titles) == (name == "b")
                assert len(titles) == {"a": 41, "b": 61}[name]


@pytest.mark.slow
def test_a_key_opens_one_tenant_and_no_answer_of_another(tmp_path: Path) -> None:
    make_tenant(tmp_path, "a", fill_a)
    make_tenant(tmp_path, "b", fill_b)
    keys = tenant_keys(tmp_path, ["a", "b", "nobody", ""])
    with server_of(tmp_path) as server:
        answer_of_b = ids_of_b(server.address, keys["b"])["recommendation_id"][0]
        with Client(server.address, key=keys["a"]) as client:
            with pytest.raises(PalateRpcError) as refused:
                client.explain("i1", recommendation_id=answer_of_b)
            assert refused.value.code is grpc.StatusCode.NOT_FOUND
        told = []
        for name in ("nobody", ""):
            with Client(server.address, key=keys[name]) as client:
                with pytest.raises(PalateRpcError) as refused:
                    client.get_item("i1")
                told.append((refused.value.code, refused.value.reason, str(refused.value)))
        assert told[0] == told[1]
        assert told[0][:2] == (grpc.StatusCode.PERMISSION_DENIED, "TENANT_REFUSED")


def test_what_a_server_draws_is_left_out_and_all_else_compared() -> None:
    answer = {"recommendationId": "0" * 32, "stageMs": {"rank": 1.5}, "n": 2, "score": 0.12345678}
    again = {"recommendationId": "f" * 32, "stageMs": {"rank": 9.5}, "n": 2, "score": 0.12345679}
    assert comparable(answer) == comparable(again)
    assert comparable({"json": '{"served_at": 1, "n": 3}'}) == {"json": {"n": 3}}
    more = {**again, "n": 3}
    assert (
        first_difference([comparable(answer)], [comparable(more)]) == "[0].n: 2 beside B, 3 alone"
    )
    assert first_difference(["OK"], ["OK", 1]) == "[1]: None beside B, 1 alone"
    assert first_difference({"a": [1]}, {"a": [1]}) == ""


def test_answers_of_one_moment_compare_in_any_order() -> None:
    one, other = '{"served": [{"a": 1}, {"a": 2}]}', '{"served": [{"a": 2}, {"a": 1}]}'
    assert comparable({"json": one}) == comparable({"json": other})


def test_what_servers_do_in_an_order_of_their_own_is_not_asked_for() -> None:
    item = index_pb2.IndexItemsRequest(items=[{"item_id": "i1"}])
    for name in "abc":
        item.items[0].attributes[name].string_value = name
    settle(item)
    assert len(item.items[0].attributes) == 1
    export = user_pb2.ExportUserRequest(user_id="u1", page_size=3)
    settle(export)
    assert (export.user_id, export.page_size) == ("u1", 0)


def test_of_pairs_the_share_that_took_longer_and_the_difference_are_told() -> None:
    seconds = np.array([[2e-3, 1e-3], [1e-3, 2e-3], [4e-3, 3e-3], [5e-3, 4e-3]])
    timing = _timing("GetItem", seconds, 0)
    assert (timing.longer, round(timing.difference_us), round(timing.median_ms, 2)) == (
        0.75,
        1000,
        2.5,
    )
    assert timing.low_us <= timing.difference_us <= timing.high_us


def test_the_report_has_the_figures() -> None:
    found = Found(sent=10, by_others=4)
    found.by_status.update({"OK": 9, "NOT_FOUND": 1})
    text = report(found, [Timing("GetItem", 1.0, 0.5, 0.1, -2.0, 2.0)], [["100"] * 7])
    assert "| 10 | 4 | 0 | OK 9, NOT_FOUND 1 |" in text
    assert "| GetItem | 1.00 | 0.500 | +0.1 | -2.0 to +2.0 |" in text
