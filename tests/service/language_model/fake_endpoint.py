"""An endpoint that speaks OpenAI's protocol on a free port of this machine, well or badly, as it is
told to."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass(frozen=True)
class Reply:
    """One HTTP answer."""

    body: bytes = b""
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    missing_bytes: int = 0
    """How much longer than it is the body is announced to be."""
    before: Callable[[], object] = lambda: None
    """Called before anything is sent."""


def completion(
    content: object,
    finish_reason: str = "stop",
    usage: tuple[int, int] | None = None,
    **reply: Any,
) -> Reply:
    """A chat completion that says `content`, as JSON unless it is text, and what was counted."""
    said = content if isinstance(content, str) else json.dumps(content, ensure_ascii=False)
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": said},
        "finish_reason": finish_reason,
    }
    body: dict[str, Any] = {"id": "x", "object": "chat.completion", "choices": [choice]}
    if usage is not None:
        body["usage"] = {"prompt_tokens": usage[0], "completion_tokens": usage[1]}
    return Reply(json.dumps(body).encode(), **reply)


def claims(*said: tuple[str, Sequence[str]], **reply: Any) -> Reply:
    """A chat completion of (text, ids of the facts it cites)."""
    told = [{"text": text, "evidence_ids": list(ids)} for text, ids in said]
    return completion({"claims": told}, **reply)


Answering = Callable[[Mapping[str, Any]], Reply]
"""A reply by the body of the request."""


class FakeEndpoint:
    """Gives the replies one after the other, the last one for ever, and remembers what it was
    asked. A function gives a reply to what was asked."""

    def __init__(self, *replies: Reply | Answering) -> None:
        self._lock = threading.Lock()
        self.replies(*replies)
        self.asked: list[dict[str, Any]] = []
        self.headers: list[Mapping[str, str]] = []
        self.paths: list[str] = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = False
        self._thread = threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}
        )
        self._thread.start()

    def replies(self, *replies: Reply | Answering) -> None:
        """What it answers from now on."""
        self._replies = deque(replies)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/v1"

    def task(self, request: int = -1) -> dict[str, Any]:
        """The task of a request, as the model reads it."""
        task: dict[str, Any] = json.loads(self.asked[request]["messages"][1]["content"])
        return task

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
                with endpoint._lock:
                    endpoint.asked.append(body)
                    endpoint.headers.append(dict(self.headers))
                    endpoint.paths.append(self.path)
                    only = len(endpoint._replies) == 1
                    next_one = endpoint._replies[0] if only else endpoint._replies.popleft()
                reply = next_one if isinstance(next_one, Reply) else next_one(body)
                reply.before()
                try:
                    self.send_response(reply.status)
                    for name, value in reply.headers.items():
                        self.send_header(name, value)
                    self.send_header("Content-Length", str(len(reply.body) + reply.missing_bytes))
                    self.end_headers()
                    self.wfile.write(reply.body)
                except ConnectionError:  # the client waits no longer
                    pass

            def log_message(self, format: str, *args: object) -> None:
                """Nothing on stderr."""

        return Handler
