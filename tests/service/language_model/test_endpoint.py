"""Completions from an endpoint that answers well or badly. What becomes of an explanation then is
in tests/service/explainer/writers."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from service.language_model.endpoint import Endpoint
from service.language_model.errors import AnswerRefused, LanguageModelFailed, LeftAlone
from service.language_model.message import user_message
from service.language_model.model import Completion
from service.language_model.options import EndpointOptions
from tests.service.language_model.fake_endpoint import FakeEndpoint, Reply, completion
from tests.service.language_model.scripted import MESSAGES, SCHEMA

Open = Callable[..., tuple[Endpoint, FakeEndpoint]]
GOOD = completion({"said": "yes"}, usage=(120, 7))


@pytest.fixture
def opened(monkeypatch: pytest.MonkeyPatch) -> Iterator[Open]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    made: list[tuple[Endpoint, FakeEndpoint]] = []

    def make(*replies: Reply, **options: Any) -> tuple[Endpoint, FakeEndpoint]:
        server = FakeEndpoint(*replies)
        values = {"base_url": server.url, "model": "m"} | options
        made.append((Endpoint(EndpointOptions(**values), sleep=lambda _: None), server))
        return made[-1]

    yield make
    for endpoint, server in made:
        endpoint.close()
        server.close()


def test_an_answer_comes_with_its_cost_as_the_endpoint_counted_it(opened: Open) -> None:
    endpoint, server = opened(GOOD, max_tokens=77)
    answer = endpoint.complete(MESSAGES, SCHEMA, purpose="aspects")
    assert answer == Completion('{"said": "yes"}', 120, 7)
    assert answer.tokens == 127
    (asked,) = server.asked
    assert (asked["messages"], asked["max_tokens"]) == (MESSAGES, 77)
    form = asked["response_format"]["json_schema"]
    assert form == {"name": "aspects", "strict": True, "schema": SCHEMA}
    assert (endpoint.name, endpoint.max_tokens, endpoint.takes_pictures) == ("m", 77, False)


@pytest.mark.parametrize(
    "usage", [None, "many", {"prompt_tokens": 5}, {"prompt_tokens": -1, "completion_tokens": "2"}]
)
def test_a_cost_that_is_not_told_is_estimated(opened: Open, usage: object) -> None:
    choice = {"message": {"content": "eight by"}}
    endpoint, _ = opened(Reply(json.dumps({"choices": [choice], "usage": usage}).encode()))
    assert endpoint.complete(MESSAGES, SCHEMA, purpose="p") == Completion("eight by", 10, 2)


def test_pictures_go_as_they_are(opened: Open) -> None:
    endpoint, server = opened(GOOD, takes_pictures=True)
    assert endpoint.takes_pictures
    endpoint.complete([user_message("what is it?", ["data:x"])], SCHEMA, purpose="p")
    assert server.asked[0]["messages"][0]["content"] == [
        {"type": "text", "text": "what is it?"},
        {"type": "image_url", "image_url": {"url": "data:x"}},
    ]


@pytest.mark.parametrize(
    ("reply", "problem"),
    [
        (
            completion("cut sh", "length", usage=(9, 3)),
            "it is longer than the token limit allows",
        ),
        (
            Reply(
                b'{"choices": [{"message": {"content": null}}],'
                b' "usage": {"prompt_tokens": 9, "completion_tokens": 3}}'
            ),
            "there is no text",
        ),
    ],
)
def test_an_answer_that_is_refused_was_paid_for(opened: Open, reply: Reply, problem: str) -> None:
    endpoint, _ = opened(reply)
    with pytest.raises(AnswerRefused) as refused:
        endpoint.complete(MESSAGES, SCHEMA, purpose="p")
    assert refused.value.problems == [problem]
    assert (refused.value.input_tokens, refused.value.output_tokens) == (9, 3)


def test_an_endpoint_that_keeps_failing_is_left_alone(opened: Open) -> None:
    endpoint, server = opened(Reply(status=500), max_retries=0, breaker_threshold=2)
    for _ in range(2):
        with pytest.raises(LanguageModelFailed, match="HTTP 500"):
            endpoint.complete(MESSAGES, SCHEMA, purpose="p")
    with pytest.raises(LeftAlone, match="failed too often"):
        endpoint.complete(MESSAGES, SCHEMA, purpose="p")
    assert len(server.asked) == 2
