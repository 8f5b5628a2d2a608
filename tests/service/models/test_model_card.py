"""What is written beside a ranker is read again, and of a damaged checkpoint it is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from service.models import model_card
from service.models.features import Vocabulary
from service.models.model_card import ModelCard
from service.ranker.checkpoint import CheckpointError
from service.wishes.weights import Following, WishWeights

CARD = ModelCard(
    vocabulary=Vocabulary({"a:x": 0, "b:y": 1}, {"films": 1}, {"view": 1, "like": 2}),
    fingerprints={"text": "t", "image": "i"},
    alignments=["20260101-1"],
    metrics={"palate/all/ndcg@10": 0.25, "seconds": 1.5},
    seed=3,
    n_events=240,
    n_users=30,
    last_seq=241,
    taken_up_from="before",
    losses=[2.0, 1.0],
    validation=[0.1, 0.2],
    wishes=Following(known=WishWeights(topic=0.25)),
)


def as_read(monkeypatch: pytest.MonkeyPatch, extra: object) -> ModelCard:
    text = json.dumps(extra)
    monkeypatch.setattr(model_card, "read_extra", lambda folder: json.loads(text))
    return ModelCard.read(Path("models/m1"))


def test_a_card_comes_back_through_json(monkeypatch: pytest.MonkeyPatch) -> None:
    assert as_read(monkeypatch, CARD.to_extra()) == CARD


def test_a_card_of_before_there_were_alignments_has_none(monkeypatch: pytest.MonkeyPatch) -> None:
    extra = CARD.to_extra()
    del extra["alignments"], extra["taken_up_from"]
    card = as_read(monkeypatch, extra)
    assert (list(card.alignments), card.taken_up_from) == ([], "")


def test_a_card_of_before_there_were_several_modalities_names_its_one_alignment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extra = CARD.to_extra()
    del extra["alignments"]
    assert list(as_read(monkeypatch, {**extra, "alignment": "20260101-1"}).alignments) == [
        "20260101-1"
    ]


def test_a_card_of_before_wishes_were_learned_follows_them_as_much_as_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    extra = CARD.to_extra()
    del extra["wishes"]
    assert as_read(monkeypatch, extra).wishes == Following()


@pytest.mark.parametrize("extra", [{}, {"vocabulary": []}, {**CARD.to_extra(), "vocabulary": {}}])
def test_a_card_that_lacks_something_is_a_damaged_checkpoint(
    monkeypatch: pytest.MonkeyPatch, extra: object
) -> None:
    with pytest.raises(CheckpointError, match=r"models/m1.*cannot be read"):
        as_read(monkeypatch, extra)


def test_the_keys_are_those_of_the_checkpoints_there_are() -> None:
    assert set(CARD.to_extra()) == {
        "vocabulary", "fingerprints", "alignments", "metrics", "seed", "n_events", "n_users",
        "last_seq", "taken_up_from", "losses", "validation", "wishes",
    }  # fmt: skip
    assert CARD.to_extra()["vocabulary"] == {
        "tags": ["a:x", "b:y"],
        "domains": {"films": 1},
        "event_types": {"view": 1, "like": 2},
    }
