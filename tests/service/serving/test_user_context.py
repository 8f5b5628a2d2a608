"""Who asks: stored events, the session and words, under the request's personalization."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from service.api.messages import Personalization, RecommendRequest, UserProfile
from service.recommender import Recommender
from service.serving.user_context import UserContext, UserContexts
from service.serving.user_states import UserStates
from tests.service.world import events, filled

PROFILED_OUT = Personalization.NON_PROFILED
CONTEXTUAL = Personalization.CONTEXTUAL


def contexts(palate: Recommender) -> UserContexts:
    workspace = palate.workspace
    liking = palate.liking
    states = UserStates(workspace.log, workspace.store, palate.ids, liking, only_writer=False)
    encoder = workspace.text_encoder
    return UserContexts(
        states, palate.ids, workspace.store, lambda text: encoder.encode_queries([text])[0]
    )


def who(palate: Recommender, request: RecommendRequest) -> UserContext:
    return contexts(palate).of(request, palate.model)


def rated(user: str) -> list[int]:
    return [int(event.item_id[1:]) for event in events() if event.user_id == user]


def test_a_known_user_has_their_events_oldest_first_and_sees_none_of_them_again(
    palate: Recommender,
) -> None:
    user = who(palate, RecommendRequest(user_id="u2"))
    assert user.history.items.tolist() == rated("u2")
    assert user.excluded.tolist() == sorted(set(rated("u2")))
    assert set(user.taste_vectors) == {"text"}  # the items have no pictures
    assert user.n_events == len(rated("u2"))


def test_the_session_comes_after_what_is_stored(palate: Recommender) -> None:
    request = RecommendRequest(user_id="u2", history_item_ids=["i1", "ghost"])
    user = who(palate, request)
    assert user.history.items.tolist() == [*rated("u2"), 1]
    assert user.past.event_types[-1] == "view"
    assert user.missing == ["ghost"]
    assert 1 in user.excluded


def test_what_was_seen_may_come_back_where_that_is_asked_for(palate: Recommender) -> None:
    request = RecommendRequest(user_id="u2", include_seen=True, exclude_item_ids=["i9"])
    assert who(palate, request).excluded.tolist() == [9]


def test_nothing_of_the_person_is_used_where_the_request_forbids_it(palate: Recommender) -> None:
    request = RecommendRequest(
        user_id="u2", history_item_ids=["i1"], taste="rocket", personalization=PROFILED_OUT
    )
    user = who(palate, request)
    assert len(user.history) == 0
    assert user.history.taste is None
    assert (user.taste, dict(user.taste_vectors)) == ("", {})
    assert user.excluded.tolist() == sorted({*rated("u2"), 1})  # still not shown again


def test_the_words_of_a_request_become_a_vector_in_both_spaces(palate: Recommender) -> None:
    user = who(palate, RecommendRequest(taste="rocket planet"))
    spoken = palate.workspace.text_encoder.encode_queries(["rocket planet"])[0]
    np.testing.assert_allclose(user.taste_vectors["text"], spoken)
    assert user.history.taste is not None
    np.testing.assert_allclose(user.history.taste, palate.ranker.project_text(spoken))


@pytest.mark.parametrize(("user", "said"), [("newcomer", "wedding kiss. city: Rome"), ("u4", "")])
def test_a_stored_profile_speaks_only_while_few_events_do(
    palate: Recommender, user: str, said: str
) -> None:
    palate.put_user(UserProfile(user, {"city": "Rome"}, "wedding kiss"))
    assert who(palate, RecommendRequest(user_id=user)).taste == said


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Recommender]:
    """A folder of its own, to be written to."""
    recommender = filled(tmp_path)
    yield recommender
    recommender.close()


def test_what_a_request_brings_is_used_where_it_may_be_and_nothing_that_is_stored(
    own: Recommender,
) -> None:
    own.put_user(UserProfile("u2", {}, "wedding kiss"))
    request = RecommendRequest(user_id="u2", history_item_ids=["i1"], personalization=CONTEXTUAL)
    user = who(own, request)
    assert (user.history.items.tolist(), user.taste) == ([1], "")
    assert user.excluded.tolist() == sorted({*rated("u2"), 1})  # still not shown again
    assert not user.is_restricted


@pytest.mark.parametrize(
    ("consent", "history", "taste"),
    [(CONTEXTUAL, [1], "rocket"), (PROFILED_OUT, [], ""), (Personalization.FULL, None, "rocket")],
)
def test_the_consent_of_the_person_holds_whatever_the_request_says(
    own: Recommender, consent: Personalization, history: list[int] | None, taste: str
) -> None:
    own.set_consent("u2", consent)
    request = RecommendRequest(user_id="u2", history_item_ids=["i1"], taste="rocket")
    user = who(own, request)
    assert user.history.items.tolist() == ([*rated("u2"), 1] if history is None else history)
    assert (user.taste, user.personalization) == (taste, consent)
    assert user.is_restricted == (consent is not Personalization.FULL)
    if user.is_restricted:  # what was seen is stored, too
        assert user.excluded.tolist() == [1]
    stricter = replace(request, personalization=PROFILED_OUT)
    assert who(own, stricter).personalization is PROFILED_OUT
