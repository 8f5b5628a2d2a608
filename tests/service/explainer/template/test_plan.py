"""Which facts share a sentence, and in which order they come."""

from __future__ import annotations

from dataclasses import replace

from service.explainer.evidence import Evidence
from service.explainer.evidence import EvidenceKind as K
from service.explainer.template.plan import gist, group_rest, in_order, split_first
from tests.service.explainer.made_up import CASINO, HEAT, about


def test_a_line_draws_on_one_fact_of_each_kind_and_two_of_the_history() -> None:
    heat, casino, ronin = (
        about(K.HISTORY, (str(i), title), 0.3)
        for i, title in enumerate(("Heat", "Casino", "Ronin"))
    )
    shared = [about(K.CATEGORY, value="Crime"), about(K.CATEGORY, value="Drama")]
    assert gist([heat, casino, ronin, *shared]) == [heat, casino, shared[0]]


def test_circumstances_come_last_and_the_rest_stays_in_order() -> None:
    rule = Evidence(K.RULE, 0.0, name="price < 20")
    heat, casino = about(K.CATEGORY, HEAT, value="Crime"), about(K.HISTORY, CASINO, 0.2)
    assert in_order([rule, heat, casino]) == [heat, casino, rule]


def test_history_items_that_weigh_nearly_as_much_share_the_first_sentence() -> None:
    heat, casino = about(K.HISTORY, HEAT, 0.5), about(K.HISTORY, CASINO, 0.2)
    ronin = about(K.HISTORY, ("h3", "Ronin"), 0.19)
    shared = about(K.CATEGORY, HEAT, value="Crime")
    assert split_first([heat, casino, ronin, shared], 3) == ([heat, casino], [shared])
    assert split_first([heat, casino, ronin, shared], 1) == ([heat], [shared])
    again = replace(casino, item_id=heat.item_id)
    assert split_first([heat, again, shared], 3) == ([heat], [shared])


def test_all_that_would_change_it_is_one_sentence() -> None:
    change = [about(K.CHANGE, (str(i), f"Film {i}")) for i in range(5)]
    popular = Evidence(K.POPULARITY, 0.0, count=9)
    assert split_first([change[0], popular, *change[1:]], 2) == (change, [popular])


def test_values_and_similarities_of_one_item_share_a_sentence_and_no_kind_comes_twice() -> None:
    first = [about(K.HISTORY, HEAT, 0.5)]
    director = about(K.ATTRIBUTE, HEAT, name="director", value="Michael Mann")
    crime, drama = (about(K.CATEGORY, HEAT, value=value) for value in ("Crime", "Drama"))
    text, video = about(K.TEXT_SIMILARITY, CASINO), about(K.MEDIA_SIMILARITY, CASINO, name="video")
    other = about(K.IMAGE_SIMILARITY, HEAT)
    motion = about(K.MEDIA_SIMILARITY, HEAT, name="motion")
    rest = [director, text, crime, drama, video, other, motion]
    assert group_rest(first, rest) == [[director, crime], [text, video], [other]]
