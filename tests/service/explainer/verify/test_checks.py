"""What one sentence says, held against the evidence, check by check."""

from __future__ import annotations

from dataclasses import replace

import pytest

from service.explainer.evidence import DESCRIPTION, DETAILS, HIGHER, LOWER, Evidence, Subject
from service.explainer.evidence import EvidenceKind as K
from service.explainer.languages.lexicon import GuardedWords
from service.explainer.verify.checks import fields_of, numeral, supports
from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import CASINO, COLLATERAL, HEAT, RICH, about


def test_popularity_does_not_carry_who_also_chose() -> None:
    popular = [Evidence(K.POPULARITY, 1.0, count=12)]
    assert verify("12 people chose this film.", COLLATERAL, popular, "en") == []
    assert verify("People who chose that chose this film.", COLLATERAL, popular, "en") != []


@pytest.mark.parametrize(
    ("language", "claim", "truth"),
    [
        (
            "en",
            "Its description is close to that of “Casino (1995)”.",
            "Its details are close to those of “Casino (1995)”.",
        ),
        ("zh", "它的简介与《Casino (1995)》相近。", "它的基本信息与《Casino (1995)》相近。"),
    ],
)
def test_nothing_is_said_of_descriptions_that_are_not_there(
    language: str, claim: str, truth: str
) -> None:
    described = [about(K.TEXT_SIMILARITY, CASINO, name=DESCRIPTION)]
    bare = [about(K.TEXT_SIMILARITY, CASINO, name=DETAILS)]
    assert verify(claim, COLLATERAL, described, language) == []
    assert verify(claim, COLLATERAL, bare, language) != []
    assert verify(truth, COLLATERAL, bare, language) == []


HEARD = [about(K.AUDIO_SIMILARITY, CASINO, event_type="watch", event_value=None)]


SEEN_ALIKE = [about(K.IMAGE_SIMILARITY, CASINO, event_type="watch", event_value=None)]


OF_SOUNDS = [
    ("en", "It sounds like “Casino (1995)”, which you watched."),
    ("en", "“Collateral (2004)” and “Casino (1995)” sound alike."),
    ("en", "Its sound is close to that of “Casino (1995)”."),
    ("zh", "《Collateral (2004)》听起来与《Casino (1995)》相近。"),
    ("zh", "从声音上听，这部影片和《Casino (1995)》很接近。"),
]


OF_PICTURES = [
    ("en", "It looks like “Casino (1995)”, which you watched."),
    ("en", "The picture of “Collateral (2004)” is close to that of “Casino (1995)”."),
    ("en", "Their covers are close."),
    ("zh", "《Collateral (2004)》的图片与《Casino (1995)》相近。"),
    ("zh", "两者的封面很像。"),
]


@pytest.mark.parametrize(("language", "text"), OF_SOUNDS)
def test_a_text_may_speak_of_sounds_where_sounds_are_the_evidence(language: str, text: str) -> None:
    assert verify(text, COLLATERAL, HEARD, language) == []
    assert verify(text, COLLATERAL, SEEN_ALIKE, language) != []
    assert verify(text, COLLATERAL, RICH, language) != []


@pytest.mark.parametrize(("language", "text"), OF_PICTURES)
def test_a_text_may_not_speak_of_pictures_where_sounds_are_the_evidence(
    language: str, text: str
) -> None:
    assert verify(text, COLLATERAL, HEARD, language) != []


FILMED = [about(K.MEDIA_SIMILARITY, CASINO, event_type="watch", event_value=None, name="video")]
OF_VIDEOS = [
    ("en", "Its video is close to that of “Casino (1995)”, which you watched."),
    ("en", "Going by the video, “Collateral (2004)” resembles “Casino (1995)”."),
    ("zh", "《Collateral (2004)》的视频与《Casino (1995)》相近。"),
    ("zh", "就视频而言，这部影片与《Casino (1995)》相近。"),
]


@pytest.mark.parametrize(("language", "text"), OF_VIDEOS)
def test_a_text_may_name_a_modality_where_closeness_in_it_is_the_evidence(
    language: str, text: str
) -> None:
    assert verify(text, COLLATERAL, FILMED, language) == []
    assert verify(text, COLLATERAL, SEEN_ALIKE, language) != []
    assert verify(text, COLLATERAL, HEARD, language) != []
    assert verify(text, COLLATERAL, RICH, language) != []
    motion = [about(K.MEDIA_SIMILARITY, CASINO, event_type="watch", name="motion")]
    assert verify(text, COLLATERAL, motion, language) != []


DARK = about(K.ASPECT, CASINO, event_type="watch", event_value=None, name="mood", value="bleak")
DESCRIBED = [DARK, replace(DARK, name="style", value="neo-noir")]


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Like “Casino (1995)”, this film is described by a model as bleak."),
        ("en", "Both are described by a model as bleak and neo-noir."),
        (
            "en",
            "“Collateral (2004)” is described by a model as “bleak”, just like “Casino (1995)”.",
        ),
        ("zh", "和《Casino (1995)》一样，这部影片被模型描述为 bleak。"),
        ("zh", "两者都被模型描述为 bleak 和 neo-noir。"),
    ],
)
def test_what_a_model_says_of_both_may_be_said_as_its_word(language: str, text: str) -> None:
    assert verify(text, COLLATERAL, DESCRIBED, language) == []
    assert verify(text, COLLATERAL, SEEN_ALIKE, language) != []
    assert verify(text, COLLATERAL, RICH, language) != []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Like “Casino (1995)”, this film is bleak."),
        ("en", "Like “Casino (1995)”, it is listed under bleak."),
        ("en", "Like “Casino (1995)”, it is directed by bleak."),
        ("en", "It is bleak, and both are described by a model as neo-noir."),
        ("en", "A model describes this film, and it is bleak."),
        ("en", "Like “Heat (1995)”, this film is described by a model as bleak."),
        ("en", "Like “Casino (1995)”, this film is described by a model as gripping."),
        ("en", "This film is described by you as bleak."),
        ("en", "This film is described by people as bleak."),
        ("zh", "和《Casino (1995)》一样，这部影片是 bleak。"),
        ("zh", "和《Heat (1995)》一样，这部影片被模型描述为 bleak。"),
        ("zh", "和《Casino (1995)》一样，这部影片被模型描述为精彩。"),
    ],
)
def test_what_a_model_says_may_not_be_said_as_a_fact_nor_of_another_item(
    language: str, text: str
) -> None:
    heat = about(K.HISTORY, HEAT)
    assert verify(text, COLLATERAL, [*DESCRIBED, heat], language) != []


def test_a_value_that_the_caller_says_too_needs_no_attribution() -> None:
    crime = replace(DARK, value="Crime")
    shared = about(K.CATEGORY, CASINO, event_type="watch", event_value=None, value="Crime")
    text = "Like “Casino (1995)”, it is listed under Crime."
    assert verify(text, COLLATERAL, [crime, shared], "en") == []


@pytest.mark.parametrize(("language", "text"), [*OF_SOUNDS, *OF_PICTURES])
def test_other_media_neither_look_nor_sound_alike(language: str, text: str) -> None:
    assert verify(text, COLLATERAL, FILMED, language) != []


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "Its video is close to that of “Heat (1995)”."),
        ("zh", "它的视频与《Heat (1995)》相近。"),
    ],
)
def test_a_modality_is_not_named_of_an_item_that_is_not_close_in_it(
    language: str, text: str
) -> None:
    evidence = [*FILMED, about(K.TEXT_SIMILARITY, HEAT, name=DESCRIPTION)]
    noun = "video" if language == "en" else "视频"
    problem = f"speaks of the {noun} of an item that is not close in it"
    assert verify(text, COLLATERAL, evidence, language) == [problem]


def test_a_value_may_be_called_like_a_modality() -> None:
    subject = Subject("c", "Collateral", "movies", ("Video",))
    evidence = [*FILMED, about(K.CATEGORY, HEAT, value="Video", count=2)]
    assert verify("This film is listed under Video.", subject, evidence, "en") == []
    assert verify("Like “Heat (1995)”, it is listed under Video.", subject, evidence, "en") == []


def test_words_rest_on_a_fact_of_their_kind_and_name() -> None:
    higher = GuardedWords("scores higher", frozenset({K.CONTRAST}), named=HIGHER)
    assert supports(about(K.CONTRAST, name=HIGHER), higher)
    assert not supports(about(K.CONTRAST, name=LOWER), higher)
    assert not supports(about(K.HISTORY, name=HIGHER), higher)
    assert supports(Evidence(K.RANGE, 0.0, value=HIGHER), GuardedWords("x", frozenset({K.RANGE})))
    assert not supports(about(K.HISTORY), GuardedWords("the best"))


def test_the_numbers_of_a_fact_are_those_that_it_has() -> None:
    popular = fields_of(Evidence(K.POPULARITY, 0.0, count=12, window_days=30, percentile=0.953))
    assert {name: number for name, number in popular.items() if number is not None} == {
        "count": 12.0,
        "window_days": 30.0,
        "percent": 95.0,
    }
    fall = fields_of(Evidence(K.FALL, 0.0, count=0, total=9, earlier_count=0, earlier_total=8))
    assert (fall["count"], fall["earlier_count"], fall["total"]) == (0.0, 0.0, 9.0)
    assert fields_of(Evidence(K.PREFERENCE, 0.0, lift=4.29))["lift"] == 4.2


def test_a_numeral_may_have_its_thousands_apart() -> None:
    assert (numeral("1,204"), numeral("4.5")) == (1204.0, 4.5)
