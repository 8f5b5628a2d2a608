"""What the explanation benchmark counts, on texts and lists whose figures are known."""

from __future__ import annotations

import pytest

from benchmarks.explained import Pair, known, pattern, sentences, variety
from benchmarks.hostile import HOSTILE
from indexer.catalog.item import Item
from service.api.messages import Explanation
from service.explainer.evidence import Evidence, EvidenceKind, Subject

FACTS = (
    Evidence(
        EvidenceKind.HISTORY,
        0.9,
        item_id="h",
        title="Heat (1995)",
        event_type="rating",
        event_value=4.5,
    ),
    Evidence(EvidenceKind.CO_ENGAGEMENT, 0.0, item_id="h", title="Heat (1995)", count=31),
)
SUBJECT = Subject("c", "Collateral (2004)")


def pair(reason: str, user: str = "u") -> Pair:
    why = Explanation("c", "", "template", FACTS, "m", "en")
    return Pair(user, "r", Item("c", categories=("Crime", "Drama")), reason, why)


@pytest.mark.parametrize(
    ("text", "invented"),
    [
        (
            "“Collateral (2004)” is here because you rated “Heat (1995)” 4.5; 31 people chose both.",
            False,
        ),
        ("You rated “Ronin (1998)” 4.5.", True),
        ("32 people chose both.", True),
    ],
)
def test_an_invented_title_or_number_is_counted(text: str, invented: bool) -> None:
    assert (not all(known(text, SUBJECT, FACTS))) == invented


def test_a_pattern_is_a_sentence_without_what_it_names() -> None:
    one = pattern(pair("Because you gave “Heat (1995)” a 4.5; it is listed under Crime and Drama."))
    other = pattern(pair("Because you gave “Ronin (1998)” a 5; it is listed under Drama."))
    assert one == other == "Because you gave … a #; it is listed under …."


def test_variety_is_counted_within_each_list() -> None:
    varied = [pair(f"{word} “Heat (1995)”.", "varied") for word in ("Like", "As", "With", "By")]
    dull = [pair("Like “Heat (1995)”.", "dull")] * 4
    rows = [row.value for row in variety([*varied, *dull])]
    assert rows == ["0.62", "0.25", "62%", "100%"]


def test_there_are_fifty_different_hostile_texts() -> None:
    assert len(set(HOSTILE)) == len(HOSTILE) == 50


def test_a_quoted_full_stop_ends_no_sentence() -> None:
    assert sentences("“Dr. No! Yes.” is new. It is here.") == 2
