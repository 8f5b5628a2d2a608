"""Where a channel leads, what goes along with a call, and what is warned of."""

from __future__ import annotations

from typing import Any

import pytest

from palate.aio import AsyncClient
from palate.channels import Target, open_async_channel, open_channel
from palate.client import Client

TARGET = Target("127.0.0.1:1", "", None, max_attempts=4, first_pause_s=0.1, max_message_bytes=1024)


@pytest.mark.parametrize(
    "wrong", [{"max_attempts": 1}, {"max_attempts": 6}, {"first_pause_s": 0.001}]
)
def test_a_way_of_trying_again_that_grpc_cannot_do_is_refused(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match=f"{next(iter(wrong))} is"):
        Client("127.0.0.1:1", **wrong)


@pytest.mark.parametrize("address", ["127.0.0.1:1", "localhost:1", "[::1]:1", "dns:///localhost:1"])
def test_a_key_may_go_in_plain_text_on_this_machine(address: str) -> None:
    Client(address, key="palate_k").close()


def test_a_key_that_would_leave_this_machine_in_plain_text_is_warned_of() -> None:
    with pytest.warns(UserWarning, match=r"goes to 192\.0\.2\.1:1 without TLS"):
        Client("192.0.2.1:1", key="palate_k").close()


async def test_the_warning_is_of_the_line_that_makes_the_client() -> None:
    with pytest.warns(UserWarning, match="without TLS") as told:
        client = Client("192.0.2.1:1", key="palate_k")
    client.close()
    with pytest.warns(UserWarning, match="without TLS") as told_by_asyncio:
        asynchronous = AsyncClient("192.0.2.1:1", key="palate_k")
    await asynchronous.close()
    assert [one.filename for one in (*told, *told_by_asyncio)] == [__file__, __file__]


@pytest.mark.parametrize("key", ["a b", "a\n", "ключ"])
def test_what_is_no_key_is_said_without_showing_it(key: str) -> None:
    with pytest.raises(ValueError, match="check how it was read") as refused:
        Client("127.0.0.1:1", key=key)
    assert key not in str(refused.value)


async def test_both_kinds_of_channels_are_made_of_one_description() -> None:
    open_channel(TARGET).close()
    await open_async_channel(TARGET).close()
