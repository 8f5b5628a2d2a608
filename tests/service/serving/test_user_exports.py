"""What is held of a person, in one page or in many: everything once."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest

from service.api.messages import RecommendRequest, UserProfile
from service.errors import InvalidInput
from service.recommender import Recommender
from tests.service.world import filled


@pytest.fixture(scope="module")
def palate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    recommender = filled(tmp_path_factory.mktemp("exports"))
    recommender.put_user(UserProfile("u0", {"city": "Rome"}, "slow"))
    for _ in range(3):
        recommender.recommend(RecommendRequest(user_id="u0", k=4, wish="something slow"))
    yield recommender
    recommender.close()


def pages(palate: Recommender, user_id: str, size: int) -> list[dict[str, Any]]:
    found, token = [], ""
    while True:
        page = palate.export_user(user_id, size, token)
        found.append(dict(page.data))
        token = page.next_page_token
        if not token:
            return found


def test_served_answers_are_whole_and_name_items_as_the_caller_does(palate: Recommender) -> None:
    held = palate.export_user("u0").data
    assert len(held["served"]) == 3
    context = held["served"][0]["context"]
    known = {one["item_id"] for one in held["events"]}
    assert set(context["history"]) <= known
    assert all(result["item_id"] not in known for result in context["results"])
    assert len(context["results"]) == 4
    assert context["wish"] == "something slow"
    assert context["user_id"] == "u0"
    assert held["served"][0]["impression"]["items"] == [
        result["item_id"] for result in context["results"]
    ]


def test_taste_vectors_are_those_that_the_ranker_is_given(palate: Recommender) -> None:
    held = palate.export_user("u0").data["taste_vectors"]
    given = palate._users.states.state("u0").taste_vectors
    assert sorted(held) == sorted(given) == ["text"]
    np.testing.assert_allclose(held["text"], given["text"])


@pytest.mark.parametrize("size", [1, 2, 3, 8, 11, 100])
def test_pages_put_together_are_everything_once(palate: Recommender, size: int) -> None:
    whole = palate.export_user("u0").data
    found = pages(palate, "u0", size)
    assert all(len(page["events"]) + len(page["served"]) <= size for page in found)
    events = [event for page in found for event in page["events"]]
    served = [answer for page in found for answer in page["served"]]
    assert (events, served) == (whole["events"], whole["served"])
    assert found[0]["profile"] == whole["profile"]
    assert [sorted(page) for page in found[1:]] == [["events", "served", "user_id"]] * (
        len(found) - 1
    )


def test_somebody_unknown_has_an_empty_page(palate: Recommender) -> None:
    assert pages(palate, "nobody", 5) == [
        {"user_id": "nobody", "profile": None, "taste_vectors": {}, "events": [], "served": []}
    ]


@pytest.mark.parametrize(
    "token", ["x1", "e", "e-1", "e1.5", "e" + "9" * 19, "s12", "e\u0661", "\0"]
)
def test_a_token_that_no_page_came_with_is_refused(palate: Recommender, token: str) -> None:
    with pytest.raises(InvalidInput, match="page_token"):
        palate.export_user("u0", 5, token)
