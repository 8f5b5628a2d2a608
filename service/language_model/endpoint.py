"""Endpoint: one completion from whatever speaks OpenAI's protocol, within a time, or an error that
says why not. vLLM, Ollama, the server of llama.cpp and cloud providers speak it.

This module owns HTTP: the deadline, retries, the circuit breaker, and the shape of the answer. It
does not know what is asked. The key is in the header of the request and nowhere else.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any, NamedTuple, TypeGuard

import httpx
import orjson
import tenacity

from encoders.breaker import CircuitBreaker, CircuitOpen
from service.language_model.errors import AnswerRefused, LanguageModelFailed, LeftAlone
from service.language_model.message import Message, estimated_tokens
from service.language_model.model import Completion
from service.language_model.options import EndpointOptions

TRANSIENT_STATUS = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
MAX_ANSWER_BYTES = 1_000_000

_backoff = tenacity.wait_exponential(multiplier=0.25, max=8.0) + tenacity.wait_random(0.0, 0.25)


class _Transient(Exception):
    """The endpoint may answer the next time."""

    def __init__(self, why: str, retry_after_s: float | None = None) -> None:
        super().__init__(why)
        self.retry_after_s = retry_after_s


class _Answer(NamedTuple):
    """What matters of a chat completion."""

    choice: Mapping[str, Any]
    """The first one; its message is an object."""
    usage: Mapping[str, Any]


class Endpoint:
    """Called from several threads at once."""

    def __init__(
        self,
        options: EndpointOptions,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.name, self.max_tokens = options.model, options.max_tokens
        self.takes_pictures = options.takes_pictures
        self._options, self._sleep, self._clock = options, sleep, clock
        self._breaker = CircuitBreaker(options.breaker_threshold, options.breaker_reset_s, clock)
        headers = {"Content-Type": "application/json", "Accept-Encoding": "identity"}
        if options.api_key:
            headers["Authorization"] = f"Bearer {options.api_key}"
        self._client = httpx.Client(base_url=options.base_url, headers=headers)

    def complete(
        self, messages: Sequence[Message], schema: Mapping[str, Any], *, purpose: str
    ) -> Completion:
        """See `LanguageModel.complete`. LeftAlone while the circuit breaker is open."""
        body = self._body(messages, schema, purpose)
        try:
            answer = self._breaker.call(lambda: self._with_retries(body))
        except CircuitOpen:
            raise LeftAlone("its endpoint failed too often and is left alone for a while") from None
        except _Transient as error:
            raise LanguageModelFailed(str(error)) from None
        content = answer.choice["message"].get("content")
        text = content if isinstance(content, str) else ""
        cost = _tokens(answer.usage, messages, text)
        if answer.choice.get("finish_reason") == "length":
            raise AnswerRefused(["it is longer than the token limit allows"], *cost)
        if not isinstance(content, str):
            raise AnswerRefused(["there is no text"], *cost)
        return Completion(text, *cost)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _body(self, messages: Sequence[Message], schema: Mapping[str, Any], purpose: str) -> bytes:
        response_format: dict[str, Any] = {"type": "json_object"}
        if self._options.structured:
            named = {"name": purpose, "strict": True, "schema": schema}
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

    def _with_retries(self, body: bytes) -> _Answer:
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

    def _ask(self, body: bytes, deadline: float) -> _Answer:
        """The answer to one request."""
        timeout_s = max(deadline - self._clock(), 0.001)
        try:
            with self._client.stream(
                "POST", "/chat/completions", content=body, timeout=timeout_s
            ) as response:
                if response.status_code != httpx.codes.OK:
                    raise _refusal(response)
                return _answer(self._read(response, deadline))
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
                raise LanguageModelFailed(f"its endpoint sent more than {MAX_ANSWER_BYTES:,} bytes")
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
        return LanguageModelFailed(f"its endpoint refused the request with HTTP {status}")
    seconds = response.headers.get("Retry-After", "")
    retry_after_s = float(seconds) if seconds.isdecimal() else None
    return _Transient(f"its endpoint answered HTTP {status}", retry_after_s)


def _answer(body: bytes) -> _Answer:
    try:
        answer = orjson.loads(body)
        choice = answer["choices"][0]
        if isinstance(choice["message"], dict):
            usage = answer.get("usage")
            return _Answer(choice, usage if isinstance(usage, dict) else {})
    except (ValueError, TypeError, KeyError, IndexError):
        pass
    raise _Transient("its endpoint did not answer with a chat completion")


def _tokens(usage: Mapping[str, Any], messages: Sequence[Message], text: str) -> tuple[int, int]:
    """Read and written, as the endpoint has counted; where it does not say, as estimated."""
    read, written = usage.get("prompt_tokens"), usage.get("completion_tokens")
    if _is_count(read) and _is_count(written):
        return int(read), int(written)
    return estimated_tokens(messages), estimated_tokens([{"role": "assistant", "content": text}])


def _is_count(value: object) -> TypeGuard[int]:
    return isinstance(value, int) and value >= 0
