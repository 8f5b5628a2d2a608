"""The tools, as the client of the official package sees them."""

from __future__ import annotations

import json
from typing import Any

import pytest
from mcp.client.client import Client

from service.errors import ItemNotFound
from service.mcp.server import Tools, mcp_server
from service.mcp.untrusted import NOTE
from tests.service.standin import StandIn

READING = {"recommend", "search", "similar", "explain", "describe_taste"}


def _client(backend: StandIn, *, may_record: bool = False) -> Client:
    async def loading() -> Any:
        return backend

    return Client(mcp_server(Tools(loading, "en"), "1", may_record=may_record))


async def _called(backend: StandIn, tool: str, **arguments: Any) -> Any:
    async with _client(backend, may_record=True) as client:
        return await client.call_tool(tool, arguments)


async def test_tools_that_read_say_so_and_no_other_is_there() -> None:
    async with _client(StandIn()) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        assert NOTE in (client.instructions or "")
    assert set(tools) == READING
    for tool in tools.values():
        assert tool.annotations is not None
        assert tool.annotations.read_only_hint
        assert not tool.annotations.destructive_hint
        assert tool.description


async def test_recording_is_a_tool_where_it_is_allowed_and_says_that_it_writes() -> None:
    async with _client(StandIn(), may_record=True) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
    assert set(tools) == {*READING, "record_event"}
    assert tools["record_event"].annotations is not None
    assert tools["record_event"].annotations.read_only_hint is False


async def test_a_wish_is_asked_and_the_answer_is_the_same_as_text_and_as_data() -> None:
    backend = StandIn()
    called = await _called(backend, "recommend", user_id="u", wish="a western", k=3)
    (asked,) = backend.asked
    assert (asked[0], asked[1].user_id, asked[1].wish, asked[1].k) == (
        "recommend",
        "u",
        "a western",
        3,
    )
    assert asked[1].explain
    assert not called.is_error
    assert json.loads(called.content[0].text) == called.structured_content
    assert called.structured_content["results"][0]["item_id"] == "f1"


@pytest.mark.parametrize(
    ("tool", "arguments", "verb"),
    [
        ("recommend", {}, "recommend"),
        ("search", {"text": "alien"}, "search_items"),
        ("similar", {"item_id": "f1"}, "similar_items"),
        ("explain", {"item_id": "f1", "user_id": "u"}, "explain"),
        ("explain", {"item_id": "f1", "recommendation_id": "r"}, "explain"),
        ("describe_taste", {"user_id": "u"}, "describe_taste"),
        ("record_event", {"user_id": "u", "item_id": "f1", "event_type": "like"}, "record_events"),
    ],
)
async def test_a_tool_asks_its_verb(tool: str, arguments: dict[str, Any], verb: str) -> None:
    backend = StandIn()
    called = await _called(backend, tool, **arguments)
    assert not called.is_error, called.content
    assert [asked[0] for asked in backend.asked] == [verb]


async def test_an_event_is_recorded_as_it_was_said() -> None:
    backend = StandIn()
    await _called(
        backend, "record_event", user_id="u", item_id="f1", event_type="rating", value=4.5
    )
    (event,) = backend.asked[0][1]
    assert (event.user_id, event.item_id, event.event_type, event.value) == (
        "u",
        "f1",
        "rating",
        4.5,
    )


async def test_what_palate_refuses_is_told_to_the_agent() -> None:
    called = await _called(StandIn(error=ItemNotFound("f9")), "similar", item_id="f9")
    assert called.is_error
    assert "no item 'f9' in the catalogue" in called.content[0].text


async def test_a_bug_of_ours_tells_nothing_of_our_insides() -> None:
    called = await _called(StandIn(error=RuntimeError("password=hunter2")), "recommend")
    assert called.is_error
    assert "hunter2" not in called.content[0].text


@pytest.mark.parametrize(
    ("tool", "arguments"),
    [
        ("recommend", {"k": 0}),
        ("recommend", {"k": 501}),
        ("recommend", {"wish": "x" * 2_001}),
        ("search", {"text": ""}),
        ("similar", {}),
        ("explain", {"item_id": "f1"}),
        ("record_event", {"user_id": "u", "item_id": "f1", "event_type": "two words"}),
    ],
)
async def test_arguments_out_of_range_are_refused_before_anybody_is_asked(
    tool: str, arguments: dict[str, Any]
) -> None:
    backend = StandIn()
    called = await _called(backend, tool, **arguments)
    assert called.is_error
    assert backend.asked == []
