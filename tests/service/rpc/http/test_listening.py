"""HTTP is up from when it is made until it is stopped, and leaves signals alone."""

from __future__ import annotations

import signal

import httpx
from starlette.responses import PlainTextResponse

from service.rpc.http.listening import HttpServer
from service.rpc.sockets import bound, with_real_port


async def test_it_answers_until_it_is_stopped_and_frees_the_port() -> None:
    before = signal.getsignal(signal.SIGINT)
    on = bound("127.0.0.1:0")
    address = with_real_port("127.0.0.1:0", on)
    server = HttpServer(PlainTextResponse("here"), on, 1.0)
    async with httpx.AsyncClient() as http:
        assert (await http.get(f"http://{address}/")).text == "here"
        assert signal.getsignal(signal.SIGINT) is before
    await server.stop()
    bound(address).close()
