"""What a text names becomes a token; what it may not name is told."""

from __future__ import annotations

import re

from service.explainer.evidence import Evidence, Subject
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.loading import load_language
from service.explainer.verify.masking import TOKEN, Mention, items_of, mask
from tests.service.explainer.made_up import CASINO, COLLATERAL, HEAT, RICH, about

ENGLISH, CHINESE = load_language("en"), load_language("zh")


def shape(text: str) -> str:
    return re.sub(TOKEN, "X", text)


def test_titles_and_values_become_tokens_in_order() -> None:
    text = "“Collateral (2004)” is directed by Michael Mann, like “Heat (1995)”."
    masked = mask(text, COLLATERAL, RICH, ENGLISH)
    assert shape(masked.text) == "X is directed by X, like X."
    item, director, heat = masked.of(masked.text)
    assert item.is_subject
    assert (director.is_value_only, director.attributes) == (True, {"director"})
    assert heat.is_title_only
    assert items_of([item, director, heat]) == {HEAT}


def test_what_is_quoted_and_no_fact_is_unknown() -> None:
    masked = mask("Because of “Jaws” and 'Goodfellas'.", COLLATERAL, RICH, ENGLISH)
    assert (masked.unknown, masked.has_stray_quote) == (["Jaws", "Goodfellas"], False)
    assert mask("Because of “Heat (1995).", COLLATERAL, RICH, ENGLISH).has_stray_quote


def test_a_full_stop_within_the_quotation_marks_is_not_the_title_s() -> None:
    masked = mask("You rated “Heat (1995).”", COLLATERAL, RICH, ENGLISH)
    assert masked.unknown == []


def test_a_name_that_ends_with_a_full_stop_may_end_the_sentence() -> None:
    subject = Subject("c", "Iron Man", "movies", (), {"cast": "Robert Downey Jr."})
    masked = mask("It has Robert Downey Jr.", subject, [], ENGLISH)
    assert shape(masked.text) == "It has X."
    masked = mask("It has Robert Downey Jr. in the cast.", subject, [], ENGLISH)
    assert shape(masked.text) == "It has X in the cast."


def test_the_longest_name_is_masked_first() -> None:
    subject = Subject("c", "Heat", "movies", ("Film", "Film Noir"))
    masked = mask("It is listed under Film Noir.", subject, [], ENGLISH)
    assert [fact.text for fact in masked.mentions] == ["Film Noir"]


def test_tokens_of_the_text_itself_are_removed() -> None:
    assert "⟦" not in mask("It is ⟦\ue000⟧ new.", COLLATERAL, [], ENGLISH).text


def test_a_chinese_name_needs_no_edges_and_a_latin_one_does() -> None:
    subject = Subject("c", "x", "movies", ("王家卫", "Art"))
    assert shape(mask("由王家卫执导", subject, [], CHINESE).text) == "由X执导"
    assert shape(mask("有Art类，有Arts类", subject, [], CHINESE).text) == "有X类，有Arts类"


def test_the_noun_of_a_modality_is_a_fact_where_closeness_in_it_is_evidence() -> None:
    video = about(K.MEDIA_SIMILARITY, CASINO, name="video")
    (noun,) = mask("its video", COLLATERAL, [video], ENGLISH).mentions
    assert (noun.close_in, noun.is_medium_only, noun.is_named_otherwise) == ([video], True, False)
    (noun,) = mask("它的视频", COLLATERAL, [video], CHINESE).mentions
    assert noun.close_in == [video]
    assert mask("its video", COLLATERAL, RICH, ENGLISH).mentions == []


def test_one_string_may_be_several_things_and_then_is_none_of_them_for_certain() -> None:
    video = about(K.MEDIA_SIMILARITY, ("v", "Video"), name="video")
    fact = Mention("Video", cited=[video], close_in=[video], attributes={"category"})
    assert not fact.is_title_only
    assert not fact.is_value_only
    assert not fact.is_medium_only
    assert fact.is_named_otherwise


def test_the_months_of_changes_and_the_words_of_the_request_are_facts() -> None:
    fall = Evidence(K.FALL, 0.0, value="War", since="2017-03-14")
    taste = Evidence(K.TASTE, 0.0, name="slow films")
    masked = mask("In March 2017, “slow films”", Subject("", ""), [fall, taste], ENGLISH)
    words, month = masked.mentions  # quoted strings come first
    assert month.dated == [fall]
    assert words.is_word
