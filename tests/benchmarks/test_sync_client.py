"""The client for threads is what would be written now of the one for asyncio."""

from __future__ import annotations

import pytest

from benchmarks import sync_client

pytest.importorskip("unasync", reason="unasync is not installed: it is of the extra dev")


def test_the_committed_client_is_that_of_the_one_for_asyncio() -> None:
    made = sync_client.made(sync_client.SOURCE.read_text(encoding="utf-8"))
    assert sync_client.CLIENT.read_text(encoding="utf-8") == made, "run `make proto`"


def test_what_waits_becomes_what_blocks() -> None:
    source = '''"""Another docstring."""

from collections.abc import AsyncIterator


class AsyncClient:
    async def ask(self) -> AsyncIterator[int]:
        async for one in self._all(await self._first()):
            yield one + 1
'''
    assert (
        sync_client.made(source).removeprefix(sync_client.DOCSTRING).strip()
        == """from collections.abc import Iterator


class Client:
    def ask(self) -> Iterator[int]:
        for one in self._all(self._first()):
            yield one + 1"""
    )
