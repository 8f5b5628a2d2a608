"""A socket is bound before anything else, or it is said why not."""

from __future__ import annotations

import pytest

from service.errors import AddressUnavailable
from service.rpc.sockets import bound, with_real_port


def test_any_port_becomes_a_real_one() -> None:
    with bound("127.0.0.1:0") as found:
        host, _, port = with_real_port("127.0.0.1:0", found).rpartition(":")
    assert host == "127.0.0.1"
    assert int(port) > 0


def test_a_port_in_use_is_said_with_the_option_to_choose_another() -> None:
    with bound("127.0.0.1:0") as taken:
        taken.listen()
        address = with_real_port("127.0.0.1:0", taken)
        with pytest.raises(
            AddressUnavailable, match=f"{address}: address already in use; .*--http"
        ):
            bound(address, "--http")


def test_a_host_that_is_not_there_is_said() -> None:
    with pytest.raises(AddressUnavailable, match=r"cannot listen on 192\.0\.2\.1:1"):
        bound("192.0.2.1:1")  # TEST-NET-1, RFC 5737
