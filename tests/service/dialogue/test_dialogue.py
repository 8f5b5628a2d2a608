"""Whole conversations: with the recommender itself, and with a server in front of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from service.api.messages import (
    ExplainRequest,
    Explanation,
    Recommendation,
    RecommendRequest,
)
from service.api.services import Backend
from service.cli.remote import Remote
from service.dialogue.command import Verb
from service.dialogue.dialogue import MAX_CHARS, Dialogue
from service.dialogue.phrasing import Templates
from service.dialogue.reply import About, Reply
from service.errors import (
    ItemNotFound,
    ModelNotFound,
    Overloaded,
    RecommendationNotFound,
    ServedByOtherEncoders,
    StoreUnavailable,
)
from service.operations.switching import Switching
from tests.service import world
from tests.service.standin import ANSWER, StandIn, served

UNKNOWN = "0" * 32


@pytest.fixture(scope="module", params=["here", "there"])
def backend(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Backend]:
    """The recommender in this process, and a server that has it."""
    palate = Switching(world.filled(tmp_path_factory.mktemp("dialogue")))
    if request.param == "here":
        yield palate
        palate.close()
        return
    with served(palate) as address:
        remote = Remote(address)
        yield remote
        remote.close()


@pytest.fixture
def talk(backend: Backend) -> Dialogue:
    return Dialogue(backend, RecommendRequest(user_id="u0", k=3, explain=True))


def ids(reply: Reply) -> list[str]:
    return [result.item_id for result in reply.results]


def words(reply: Reply) -> str:
    return Templates().words(reply)


def genres(reply: Reply) -> set[str]:
    return {result.item.categories[0] for result in reply.results}


def test_a_wish_goes_on_from_the_one_before(talk: Dialogue) -> None:
    first = talk.hear("something with love")
    assert (first.about, first.verb, first.refines) == (About.LIST, Verb.WISH, "")
    assert genres(first) == {"Love"}
    second = talk.hear("under 10")
    assert first.answer is not None
    assert second.refines == first.answer.recommendation_id
    assert genres(second) == {"Love"}
    assert all((result.item.price or 0) < 10 for result in second.results)
    assert words(second) == "Love, price under 10."


def test_results_are_spoken_of_by_their_rank(talk: Dialogue) -> None:
    first = talk.hear("something with love")
    second = talk.hear("more like 3, not 2")
    assert {first.results[1].item_id, first.results[2].item_id}.isdisjoint(ids(second))
    liked, not_liked = first.results[2].item.title, first.results[1].item.title
    assert words(second) == f"Love, not “{not_liked}”; a leaning, no filter: like “{liked}”."


def test_a_title_is_called_as_the_catalogue_calls_it(talk: Dialogue) -> None:
    """ "like Rocket 0": it was never shown."""
    reply = talk.hear("like “Rocket 0”")
    assert words(reply) == "A leaning, no filter: like “Rocket 0”."


def test_undo_restores_the_very_list_before(talk: Dialogue) -> None:
    first = talk.hear("something with love")
    second = talk.hear("cheaper")
    talk.hear("no rockets")
    assert ids(back := talk.hear("undo")) == ids(second)
    assert (back.about, back.answer) == (About.UNDONE, second.answer)
    assert talk.hear("undo").results == first.results
    again = talk.hear("cheaper")
    assert ids(again) == ids(second)  # it goes on from the first, as if nothing had been said
    talk.hear("undo")
    assert talk.hear("undo").about is About.EMPTIED
    assert talk.hear("undo").about is About.NOTHING_TO_UNDO


def test_reasons_are_of_the_list_that_is_shown(talk: Dialogue) -> None:
    listed = talk.hear("something with love")
    why = talk.hear("why 2?")
    assert why.explanation is not None
    assert (why.about, why.place) == (About.WHY, 2)
    assert why.explanation.item_id == listed.results[1].item_id
    assert listed.results[1].item.title in why.explanation.text
    by_title = talk.hear(f"why {listed.results[2].item.title}?")
    assert by_title.place == 3
    assert talk.hear("why the last one?").place == 3
    assert talk.hear("why?").place == 1
    assert talk.hear("why 4?").about is talk.hear("why Alien vs Predator?").about is About.WHICH


@pytest.mark.parametrize(
    "said", ["why 0?", "why -1?", "why number 0?", "why 99?", "为什么推荐第0个？"]
)
def test_a_place_that_no_list_has_is_asked_for_again(talk: Dialogue, said: str) -> None:
    talk.hear("something with love")
    assert talk.hear(said).about is About.WHICH


@pytest.mark.parametrize("said", ["why one?", "why number one?", "what would take one off?"])
def test_places_may_be_written_out(talk: Dialogue, said: str) -> None:
    talk.hear("something with love")
    assert talk.hear(said).place == 1


@pytest.mark.parametrize("said", ["not 0", "not -1", "not 99", "not 101", "more like 0", "0"])
def test_a_place_that_no_list_has_is_not_taken_for_words(talk: Dialogue, said: str) -> None:
    """ "Rocket 0" has a 0 in its title."""
    listed = talk.hear("something with love")
    reply = talk.hear(said)
    assert ids(reply) == ids(listed)
    assert words(reply) == f"Love; I did not understand “{said}”."


def test_what_would_take_an_item_off_is_asked_of_the_list(talk: Dialogue) -> None:
    talk.hear("show")
    reply = talk.hear("what would take 3 off?")
    assert reply.explanation is not None
    assert (reply.about, reply.place) == (About.CHANGE, 3)
    assert words(reply).endswith("Say “not 3” and it goes.")
    title = reply.title
    assert title not in {result.item.title for result in talk.hear("not 3").results}


def test_more_goes_down_the_list_and_ranks_hold(talk: Dialogue) -> None:
    first = talk.hear("something with love")
    more = talk.hear("more")
    assert (more.about, more.place) == (About.MORE, 4)
    assert [result.rank for result in more.results] == [4, 5, 6]
    assert set(ids(first)).isdisjoint(ids(more))
    assert talk.hear("why 5?").title == more.results[1].item.title
    assert talk.hear("why 1?").title == first.results[0].item.title
    assert ids(talk.hear("show")) == ids(first) + ids(more)
    after = talk.hear("not 5")
    assert more.results[1].item_id not in ids(after)
    assert ids(talk.hear("undo")) == ids(first) + ids(more)
    assert ids(talk.hear("undo")) == ids(first)


def test_more_ends_with_the_list(talk: Dialogue) -> None:
    talk.hear("love, under 6")
    assert talk.hear("more").about is About.NO_MORE
    assert len(talk.chain) == 1


def test_an_empty_list_says_what_leaves_nothing_and_undo_takes_it_back(talk: Dialogue) -> None:
    first = talk.hear("something with love")
    nothing = talk.hear("no love, no space, under 20")
    assert nothing.about is About.NOTHING_FITS
    assert "something without “no Love” or “no Space”. “undo”" in words(nothing)
    for said in ("why 1?", "more", "what would take 1 off?"):
        assert talk.hear(said).about is About.EMPTY
    assert words(talk.hear("show")) == words(nothing)
    assert ids(talk.hear("undo")) == ids(first)


def test_parts_that_leave_nothing_together_are_told(talk: Dialogue) -> None:
    nothing = talk.hear("no love, no space, under 0")
    assert "These together leave nothing: “no Love”, “no Space”, “price under 0”" in words(nothing)


def test_a_wish_is_not_blamed_for_what_it_does_not_leave_out(backend: Backend) -> None:
    talk = Dialogue(backend, RecommendRequest(domains=["songs"]))
    assert "There is nothing more in the catalogue" in words(talk.hear("no love, no space"))
    assert "There is nothing more in the catalogue" in words(talk.hear("something with love"))


def test_start_over_forgets_everything(talk: Dialogue) -> None:
    talk.hear("something with love")
    assert talk.hear("start over").about is About.STARTED_OVER
    assert talk.hear("why 1?").about is About.NO_LIST
    assert talk.hear("no love").refines == ""


def test_a_list_needs_no_wish(talk: Dialogue) -> None:
    listed = talk.hear("show")
    assert words(listed) == "No wish yet: this is what suits you as far as is known."
    assert len(listed.results) == 3
    assert listed.results[0].item_id not in ids(talk.hear("not 1"))
    talk.chain.clear()
    assert ids(talk.hear("more")) == ids(listed)


def test_replies_and_reasons_are_in_the_language_of_the_utterance(talk: Dialogue) -> None:
    chinese = talk.hear("没有 Love，30以下")
    assert (chinese.language, words(chinese)) == ("zh", "不要 Love、价格不超过 30。")
    assert "这" in chinese.results[0].reason or "你" in chinese.results[0].reason
    why = talk.hear("为什么推荐第1个？")
    assert why.explanation is not None
    assert why.explanation.language == "zh"
    assert talk.hear("?").language == "zh"  # nothing tells
    assert talk.hear("cheaper").language == "en"


def test_a_language_that_was_chosen_stays(backend: Backend) -> None:
    talk = Dialogue(backend, RecommendRequest(k=2, explain=True), "zh")
    assert words(talk.greeting()).startswith("想要什么")
    reply = talk.hear("something with love")
    assert (reply.language, words(reply)) == ("zh", "Love。")
    assert words(talk.hear("bye")) == words(talk.farewell()) == "再见。"


def test_notes_are_told_once(talk: Dialogue) -> None:
    first = talk.hear("something with love")
    assert "no model has been trained yet" in first.notes[0]
    assert talk.hear("cheaper").notes == []


def test_only_domains_that_were_asked_for_are_talked_about(backend: Backend) -> None:
    talk = Dialogue(backend, RecommendRequest(k=5, domains=["books"]))
    talk.hear("something with love")
    assert {one.item.domain for one in talk.hear("cheaper").results} == {"books"}


def test_a_wish_after_an_answer_that_has_expired_begins_anew(talk: Dialogue) -> None:
    talk.hear("something with love")
    talk.hear("cheaper")
    turn = talk.chain[-1]
    talk.chain[-1] = replace(turn, answer=replace(turn.answer, recommendation_id=UNKNOWN))
    reply = talk.hear("no space")
    assert reply.expired
    assert reply.refines == ""
    assert words(reply) == ("The answer before is no longer kept, so this starts over. No Space.")
    assert len(talk.chain) == 1


@pytest.mark.parametrize("said", ["why 1?", "what would take 1 off?"])
def test_a_reason_of_an_answer_that_has_expired_begins_anew(talk: Dialogue, said: str) -> None:
    talk.hear("something with love")
    turn = talk.chain[-1]
    talk.chain[-1] = replace(turn, answer=replace(turn.answer, recommendation_id=UNKNOWN))
    reply = talk.hear(said)
    assert (reply.about, reply.expired, talk.chain) == (About.EXPIRED, True, [])
    assert genres(talk.hear("love")) == {"Love"}


def test_more_of_an_answer_whose_own_before_has_expired_begins_anew(talk: Dialogue) -> None:
    talk.hear("something with love")
    talk.hear("cheaper")
    turn = talk.chain[-1]
    gone = replace(turn.request, refine_recommendation_id=UNKNOWN)
    talk.chain[-1] = replace(turn, request=gone)
    assert talk.hear("more").about is About.EXPIRED


@given(text=st.text(max_size=40) | st.sampled_from(["why 1", "more", "undo", "not 1", "show"]))
@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_any_text_has_a_reply(backend: Backend, text: str) -> None:
    talk = Dialogue(backend, RecommendRequest(user_id="u0", k=2))
    for said in ("love", text, "under 20", text, "undo"):
        assert words(talk.hear(said))


# What no real backend does when it is asked to


@dataclass
class Refusing(StandIn):
    """Refuses with `refusal`, once it is set."""

    refusal: Exception | None = None
    asked_for: list[RecommendRequest] = field(default_factory=list)

    def recommend(self, request: RecommendRequest) -> Recommendation:
        self.asked_for.append(request)
        self._refuse()
        return ANSWER

    def explain(
        self, request: ExplainRequest, tell: Callable[[Explanation], None] = lambda _: None
    ) -> Explanation:
        self._refuse()
        return super().explain(request, tell)

    def _refuse(self) -> None:
        if self.refusal is not None:
            raise self.refusal


@pytest.fixture
def refusing() -> Refusing:
    return Refusing()


@pytest.fixture
def stopped(refusing: Refusing) -> Dialogue:
    """After one wish."""
    talk = Dialogue(refusing, RecommendRequest())
    talk.hear("horror")
    return talk


def test_a_busy_server_is_said_and_nothing_is_lost(stopped: Dialogue, refusing: Refusing) -> None:
    refusing.refusal = Overloaded("answering", 8)
    assert stopped.hear("less violent").about is stopped.hear("why 1?").about is About.BUSY
    refusing.refusal = None
    assert stopped.hear("less violent").refines == "rec-1"


@pytest.mark.parametrize(
    "error", [RecommendationNotFound("x"), ServedByOtherEncoders("x"), ModelNotFound("m")]
)
def test_whatever_has_expired_the_conversation_goes_on(
    stopped: Dialogue, refusing: Refusing, error: Exception
) -> None:
    refusing.refusal = error
    assert stopped.hear("why 1?").about is About.EXPIRED
    assert stopped.chain == []


def test_an_item_that_has_left_the_catalogue_is_said(stopped: Dialogue, refusing: Refusing) -> None:
    refusing.refusal = ItemNotFound("f1")
    reply = stopped.hear("why 1?")
    assert (reply.about, words(reply)) == (
        About.GONE,
        "1 (Alien) is no longer in the catalogue.",
    )


@pytest.mark.parametrize("said", ["less violent", "more", "why 1?"])
def test_any_other_error_is_the_callers(stopped: Dialogue, refusing: Refusing, said: str) -> None:
    refusing.refusal = StoreUnavailable("qdrant", "gone", "start it")
    with pytest.raises(StoreUnavailable):
        stopped.hear(said)


def test_a_first_wish_that_is_refused_is_no_answer_that_has_expired(refusing: Refusing) -> None:
    refusing.refusal = RecommendationNotFound("x")
    with pytest.raises(RecommendationNotFound):
        Dialogue(refusing, RecommendRequest()).hear("horror")


def test_what_is_too_long_is_not_asked(stopped: Dialogue, refusing: Refusing) -> None:
    n_asked = len(refusing.asked_for)
    reply = stopped.hear("a" * (MAX_CHARS + 1))
    assert (reply.about, len(refusing.asked_for)) == (About.TOO_LONG, n_asked)
    assert words(reply) == "That is too long: say it in 1,000 characters."


@pytest.mark.parametrize(
    ("typed", "wish"),
    [
        ("  horror\0\udce9 ", "horror ?"),
        ("\x07\x1b[1;31mhorror\x1b[0m", "horror"),
        ("horror\x1b[D\x7f", "horror"),
        ("no horror\nless violent", "no horror\nless violent"),
    ],
)
def test_what_is_no_text_is_left_out(
    stopped: Dialogue, refusing: Refusing, typed: str, wish: str
) -> None:
    stopped.hear(typed)
    assert refusing.asked_for[-1].wish == wish


def test_more_is_the_same_request_with_a_larger_k(stopped: Dialogue, refusing: Refusing) -> None:
    reply = stopped.hear("more")
    first, last = refusing.asked_for
    assert last == replace(first, k=11)
    assert reply.about is About.NO_MORE
