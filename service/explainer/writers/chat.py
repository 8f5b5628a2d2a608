"""Chat: one completion from an endpoint that speaks OpenAI's protocol, within a time, or an error
that says why not.

This module owns HTTP: the deadline, retries, the circuit breaker, and the shape of the answer. It
does not know evidence. The key is in the header of the request and nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx
import orjson
import tenacity

from service.explainer.writers.breaker import CircuitBreaker, CircuitOpen
from service.explainer.writers.writer import DraftRefused, WriterFailed

TRANSIENT_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
MAX_ANSWER_BYTES = 1_000_000

_backoff = tenacity.wait_exponential(multiplier=0.25, max=8.0) + tenacity.wait_random(0.0, 0.25)


@dataclass(frozen=True, slots=True)
class ChatOptions:
    """Where the endpoint is, and how much of anybody's time it may take."""

    base_url: str
    """Without `/chat/completions`, such as `http://localhost:8000/v1`."""
    model: str
    api_key: str = field(default="", repr=False)
    """Empty sends none."""
    structured: bool = True
    """Whether the endpoint takes a JSON Schema; else it is asked for any JSON."""
    timeout_s: float = 10.0
    """For one completion with all its retries."""
    max_retries: int = 2
    max_tokens: int = 600
    breaker_threshold: int = 5
    """Completions that failed in a row, after which none is asked for any more."""
    breaker_reset_s: float = 30.0
    """Seconds until one is tried again."""


class _Transient(Exception):
    """The endpoint may answer the next time."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class ChatEndpoint:
    """Called from several threads at once."""

    def __init__(
        self,
        options: ChatOptions,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._options, self._sleep, self._clock = options, sleep, clock
        self._breaker = CircuitBreaker(options.breaker_threshold, options.breaker_reset_s, clock)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if options.api_key:
            headers["Authorization"] = f"Bearer {options.api_key}"
        self._client = httpx.Client(base_url=options.base_url, headers=headers)

    def complete(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> str:
        """What the model said, which should be JSON of that schema.

        WriterFailed when the endpoint gives no answer; DraftRefused when the model's answer is cut
        short or empty.
        """
        body = self._body(messages, schema)
        try:
            choice = self._breaker.call(lambda: self._with_retries(body))
        except CircuitOpen:
            raise WriterFailed(
                "its endpoint failed too often and is left alone for a while"
            ) from None
        except _Transient as error:
            raise WriterFailed(str(error)) from None
        if choice.get("finish_reason") == "length":
            raise DraftRefused(["it is longer than the token limit allows"])
        content = choice["message"].get("content")
        if not isinstance(content, str):
            raise DraftRefused(["there is no text"])
        return content

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _body(self, messages: Sequence[Mapping[str, str]], schema: Mapping[str, Any]) -> bytes:
        response_format: dict[str, Any] = {"type": "json_object"}
        if self._options.structured:
            named = {"name": "explanation", "strict": True, "schema": schema}
            response_format = {"type": "json_schema", "json_schema": named}
        return orjson.dumps(
            {
                "model": self._options.model,
                "messages": messages,
                "temperature": 0,
                "max_tokens": self._options.max_tokens,
                "response_format": response_format,
            }
        )

    def _with_retries(self, body: bytes) -> dict[str, Any]:
        deadline = self._clock() + self._options.timeout_s

        def enough(state: tenacity.RetryCallState) -> bool:
            has_tried = state.attempt_number > self._options.max_retries
            return has_tried or self._clock() + state.upcoming_sleep >= deadline

        retrying = tenacity.Retrying(
            retry=tenacity.retry_if_exception_type(_Transient),
            stop=enough,
            wait=_wait,
            sleep=self._sleep,
            reraise=True,
        )
        return retrying(self._ask, body, deadline)

    def _ask(self, body: bytes, deadline: float) -> dict[str, Any]:
        """The first choice of one request."""
        timeout_s = max(deadline - self._clock(), 0.001)
        try:
            with self._client.stream(
                "POST", "/chat/completions", content=body, timeout=timeout_s
            ) as response:
                if response.status_code != httpx.codes.OK:
                    raise _refusal(response)
                return _first_choice(self._read(response, deadline))
        except httpx.TimeoutException:
            raise self._too_slow() from None
        except httpx.RequestError as error:
            raise _Transient(f"its endpoint cannot be reached: {type(error).__name__}") from None

    def _read(self, response: httpx.Response, deadline: float) -> bytes:
        """The body; the client's timeout is for each piece of it, the deadline for the whole."""
        body = b""
        for piece in response.iter_raw():
            body += piece
            if len(body) > MAX_ANSWER_BYTES:
                raise WriterFailed(f"its endpoint sent more than {MAX_ANSWER_BYTES:,} bytes")
            if self._clock() >= deadline:
                raise self._too_slow()
        return body

    def _too_slow(self) -> _Transient:
        return _Transient(f"its endpoint did not answer within {self._options.timeout_s:g} s")


def _wait(state: tenacity.RetryCallState) -> float:
    """Seconds until the next try: as long as the endpoint asks for, else twice as long each time."""
    error = state.outcome.exception() if state.outcome is not None else None
    if isinstance(error, _Transient) and error.retry_after_s is not None:
        return error.retry_after_s
    return _backoff(state)


def _refusal(response: httpx.Response) -> Exception:
    """The error for a status. The body is not quoted: some endpoints repeat the key in it."""
    status = response.status_code
    if status not in TRANSIENT_STATUS:
        return WriterFailed(f"its endpoint refused the request with HTTP {status}")
    seconds = response.headers.get("Retry-After", "")
    retry_after_s = float(seconds) if seconds.isdecimal() else None
    return _Transient(f"its endpoint answered HTTP {status}", retry_after_s)


def _first_choice(body: bytes) -> dict[str, Any]:
    try:
        choice = orjson.loads(body)["choices"][0]
        if isinstance(choice["message"], dict):
            return dict(choice)
    except (ValueError, TypeError, KeyError, IndexError):
        pass
    raise _Transient("its endpoint did not answer with a chat completion")
