"""Pages: which places a request asks for, and the tokens that go on."""

from __future__ import annotations

import base64
import json
from dataclasses import replace

import pytest

from service.api.messages import RecommendRequest
from service.errors import InvalidInput
from service.serving.paging import Page

REQUEST = RecommendRequest(user_id="u", k=4)


def test_the_first_page_begins_at_the_top_and_zero_means_ten() -> None:
    assert (Page.of(REQUEST).start, Page.of(REQUEST).stop) == (0, 4)
    assert Page.of(RecommendRequest()).stop == 10


def test_a_token_goes_on_where_the_page_ended() -> None:
    token = Page.of(REQUEST).next_token(10)
    second = Page.of(replace(REQUEST, page_token=token))
    assert (second.start, second.stop) == (4, 8)


@pytest.mark.parametrize(("n_ranked", "more"), [(4, False), (5, True)])
def test_the_last_page_has_no_token(n_ranked: int, more: bool) -> None:
    assert bool(Page.of(REQUEST).next_token(n_ranked)) is more


def encoded(text: str) -> str:
    return base64.urlsafe_b64encode(text.encode()).decode()


@pytest.mark.parametrize(
    "token",
    [
        "nonsense",
        "AAAA",
        "////",
        *map(encoded, ("12", "null", "true", "[]", "[1]", "{}", '"ab"', "[" * 3_000)),
        encoded(json.dumps([10**30, Page.of(REQUEST).request_digest])),
        encoded(json.dumps([True, Page.of(REQUEST).request_digest])),
    ],
)
def test_a_token_that_was_never_given_is_refused(token: str) -> None:
    with pytest.raises(InvalidInput, match="page_token"):
        Page.of(replace(REQUEST, page_token=token))


def test_a_token_belongs_to_its_request() -> None:
    token = Page.of(REQUEST).next_token(10)
    with pytest.raises(InvalidInput, match="belongs to another request"):
        Page.of(replace(REQUEST, user_id="other", page_token=token))


@pytest.mark.parametrize("k", [-1, 501])
def test_a_k_out_of_range_is_refused(k: int) -> None:
    with pytest.raises(InvalidInput, match="must be 0"):
        Page.of(replace(REQUEST, k=k))
