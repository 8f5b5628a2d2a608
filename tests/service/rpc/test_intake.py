"""What is too large, too slow or no message is refused before anything is made of it."""

from __future__ import annotations

import asyncio
from typing import Any

import grpc
import pytest
from google.rpc import error_details_pb2
from grpc_status import rpc_status

from palate.v1 import recommend_pb2
from service.config import ServerSettings
from service.errors import InvalidInput, Overloaded, RequestTooLarge, RequestTooSlow
from service.rpc import intake
from service.rpc.intake import BULK_READ_S, BULK_READS, READ_S, READS, Intake, understood
from tests.service.standin import Running, running

RECOMMEND = "/palate.v1.RecommendService/Recommend"
INDEX = "/palate.v1.IndexService/IndexItems"


class Wire:
    """A call whose request comes when it is let through."""

    def __init__(self, message: Any, gate: asyncio.Event | None = None) -> None:
        self.message, self.gate, self.begun = message, gate, asyncio.Event()

    async def read(self) -> Any:
        self.begun.set()
        if self.gate is not None:
            await self.gate.wait()
        return self.message


def _intake(**limits: Any) -> Intake:
    return Intake(ServerSettings(**limits))


async def _read(reading: Intake, method: str, message: Any, others: int = 0) -> bytes:
    return await reading.read(method, Wire(message), others)  # type: ignore[arg-type]


async def test_each_method_has_its_limit() -> None:
    reading = _intake(max_message_bytes=200_000, max_request_bytes=100_000)
    assert len(await _read(reading, RECOMMEND, b"x" * 100_000)) == 100_000
    with pytest.raises(RequestTooLarge, match=r"server\.max_request_bytes"):
        await _read(reading, RECOMMEND, b"x" * 100_001)
    assert len(await _read(reading, INDEX, b"x" * 200_000)) == 200_000
    with pytest.raises(RequestTooLarge, match=r"server\.max_message_bytes"):
        await _read(reading, INDEX, b"x" * 200_001)


async def test_bytes_count_until_they_are_given_back() -> None:
    reading = _intake(max_bytes_in_flight=100_000)
    held = await _read(reading, INDEX, b"x" * 90_000)
    with pytest.raises(Overloaded, match="bytes in flight"):
        await _read(reading, INDEX, b"x" * 20_000, others=1)
    await _read(reading, INDEX, b"x" * 10_000, others=1)
    with pytest.raises(Overloaded):  # full: not even read
        await reading.read(INDEX, Wire(None), 1)  # type: ignore[arg-type]
    reading.done(len(held))
    assert len(await _read(reading, INDEX, b"x" * 20_000, others=1)) == 20_000


@pytest.mark.parametrize(("method", "at_once"), [(INDEX, BULK_READS), (RECOMMEND, READS)])
async def test_so_many_are_read_at_once_and_the_others_wait_for_their_turn(
    method: str, at_once: int
) -> None:
    reading, gate = _intake(), asyncio.Event()
    wires = [Wire(b"x", gate) for _ in range(at_once + 1)]
    tasks = [asyncio.create_task(reading.read(method, wire, 0)) for wire in wires]  # type: ignore[arg-type]
    await asyncio.gather(*(wire.begun.wait() for wire in wires[:at_once]))
    assert not wires[at_once].begun.is_set()
    other = RECOMMEND if method == INDEX else INDEX
    assert await _read(reading, other, b"y") == b"y"  # waits for none of them
    gate.set()
    assert await asyncio.gather(*tasks) == [b"x"] * (at_once + 1)


async def test_a_request_that_does_not_come_gives_its_place_to_others(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(intake, "BULK_READ_S", 0.0)
    monkeypatch.setattr(intake, "READ_S", 0.0)
    reading = _intake()
    for method, at_once in ((INDEX, BULK_READS), (RECOMMEND, READS)):
        for _ in range(at_once + 1):
            with pytest.raises(RequestTooSlow, match="did not come within"):
                await reading.read(method, Wire(b"x", asyncio.Event()), 0)  # type: ignore[arg-type]


def test_few_wait_long_for_a_request_that_is_small() -> None:
    """Four callers who trickle must not keep everybody's page waiting for a minute."""
    assert READ_S < BULK_READ_S
    assert READ_S <= 5


async def test_a_call_without_a_request_is_told() -> None:
    with pytest.raises(InvalidInput, match="ended without one"):
        await _read(_intake(), RECOMMEND, grpc.aio.EOF)  # type: ignore[attr-defined]


def test_bytes_that_are_no_message_are_told() -> None:
    with pytest.raises(InvalidInput, match=r"3 bytes.*no message of this method"):
        understood(b"\xff\xff\xff", recommend_pb2.RecommendRequest.FromString)


def _reason(error: grpc.aio.AioRpcError) -> str:
    for detail in rpc_status.from_call(error).details:
        info = error_details_pb2.ErrorInfo()
        if detail.Unpack(info):
            return str(info.reason)
    return ""


async def _raw(server: Running, method: str, *messages: bytes) -> bytes:
    async def requests() -> Any:
        for message in messages:
            yield message

    answer: bytes = await server.channel.stream_unary(method)(requests())
    return answer


@pytest.mark.parametrize(
    ("messages", "code", "reason"),
    [
        ((b"\xff\xff\xff",), "INVALID_ARGUMENT", "INVALID_INPUT"),
        ((), "INVALID_ARGUMENT", "INVALID_INPUT"),
        ((b"\x0a\xff\xff\xff\x7f",), "INVALID_ARGUMENT", "INVALID_INPUT"),
        ((b"x" * 70_000,), "INVALID_ARGUMENT", "REQUEST_TOO_LARGE"),
    ],
)
async def test_over_the_wire_it_is_the_callers_mistake_and_not_ours(
    messages: tuple[bytes, ...], code: str, reason: str
) -> None:
    async with running(max_request_bytes=64 * 1024) as server:
        with pytest.raises(grpc.aio.AioRpcError) as refused:
            await _raw(server, RECOMMEND, *messages)
        assert server.backend.asked == []
        assert (refused.value.code().name, _reason(refused.value)) == (code, reason)
        assert await _raw(server, RECOMMEND, b"", b"a second one, which nobody reads")
