"""The `local` writer takes the likeliest of a few true phrasings, and nothing else."""

from __future__ import annotations

import threading

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.codes import language_codes
from service.explainer.template.plan import Length
from service.explainer.template.writer import TemplateWriter
from service.explainer.verify.verifier import verify
from service.explainer.writers import local
from service.explainer.writers.local import MAX_OPTIONS, LocalWriter
from service.explainer.writers.writer import WriterFailed
from tests.service.explainer.made_up import COLLATERAL, RICH, evidence_facts, subjects


class Reader:
    """Likes some words, and remembers what it read."""

    def __init__(self, *liked: str) -> None:
        self._liked = liked
        self.read: list[tuple[str, str]] = []

    def score(self, text: str, option: str) -> float:
        self.read.append((text, option))
        return float(sum(word in option for word in self._liked)) - len(option) / 1000


def _items(n: int = 12) -> list[Subject]:
    """They differ in nothing but their id, and so in the phrasings that are offered for them."""
    return [Subject(f"c{i}", COLLATERAL.title, COLLATERAL.domain) for i in range(n)]


@pytest.mark.parametrize("liked", ["led to", "because", "On paper", "too"])
def test_at_every_place_the_phrasing_is_taken_that_the_model_likes_best(liked: str) -> None:
    for item in _items():
        reader = Reader(liked)
        text = LocalWriter(reader, 1.0, lambda: 0.0).write(item, RICH, "en", length="paragraph")
        offered: dict[str, list[str]] = {}
        for so_far, option in reader.read:
            offered.setdefault(so_far, []).append(option)
        for so_far, options in offered.items():
            best = max(options, key=lambda option: Reader(liked).score("", option))
            assert best.strip() in text
            later = [other for other in offered if len(other) > len(so_far)]
            assert all(other.startswith(so_far + best) for other in later)


def test_the_model_reads_what_was_said_so_far_with_long_titles_cut_short() -> None:
    reader = Reader()
    subject = Subject("a", "Avengers: Infinity War - Part I (2018)", "movies")
    text = LocalWriter(reader, 1.0, lambda: 0.0).write(subject, RICH, "en", length="paragraph")
    first, *_, last = [so_far for so_far, _ in reader.read]
    assert (
        first
        == "Somebody chose “Heat (1995)”, “Casino (1995)”. Why we recommend “Avengers: Infinity”:"
    )
    assert last.startswith(first)
    said = text.replace("Avengers: Infinity War - Part I (2018)", "Avengers: Infinity")
    assert said.startswith(last.removeprefix(first).strip())


def test_few_phrasings_are_compared_at_a_time() -> None:
    reader = Reader()
    LocalWriter(reader, 1.0, lambda: 0.0).write(COLLATERAL, RICH, "en", length="paragraph")
    places = {so_far: [o for text, o in reader.read if text == so_far] for so_far, _ in reader.read}
    assert all(2 <= len(options) <= MAX_OPTIONS for options in places.values())


def test_when_time_is_up_the_hash_chooses() -> None:
    reader = Reader()
    writer = LocalWriter(reader, timeout_s=1.0, clock=iter([0.0, *[2.0] * 99]).__next__)
    assert writer.write(COLLATERAL, RICH, "en", length="paragraph") == TemplateWriter().write(
        COLLATERAL, RICH, "en", length="paragraph"
    )
    assert reader.read == []


def test_asked_again_it_offers_other_phrasings() -> None:
    first, second = Reader(), Reader()
    LocalWriter(first, 1.0, lambda: 0.0).write(COLLATERAL, RICH, "en", length="line")
    LocalWriter(second, 1.0, lambda: 0.0).write(
        COLLATERAL, RICH, "en", length="line", problems=["it was refused"]
    )
    leads = [{o for text, o in reader.read if text.endswith(":")} for reader in (first, second)]
    assert all(leads)
    assert not leads[0] & leads[1]


def test_whoever_waits_too_long_for_the_model_is_told_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(local, "BUSY_S", 0.01)
    reading, go_on = threading.Event(), threading.Event()

    class Slow(Reader):
        def score(self, text: str, option: str) -> float:
            reading.set()
            go_on.wait()
            return 0.0

    writer = LocalWriter(Slow(), 1.0)
    thread = threading.Thread(target=lambda: writer.write(COLLATERAL, RICH, "en", length="line"))
    thread.start()
    reading.wait()
    with pytest.raises(WriterFailed, match="its model is busy"):
        writer.write(COLLATERAL, RICH, "en", length="line")
    go_on.set()
    thread.join()


@settings(max_examples=150, deadline=None)
@given(
    subject=subjects,
    evidence=st.lists(evidence_facts(), min_size=1, max_size=6),
    language=st.sampled_from(language_codes()),
    length=st.sampled_from(["line", "paragraph"]),
    liked=st.sampled_from(["", "because", "因为", "you"]),
)
def test_whatever_the_model_likes_is_verified(
    subject: Subject, evidence: list[Evidence], language: str, length: Length, liked: str
) -> None:
    text = LocalWriter(Reader(liked), 1.0, lambda: 0.0).write(
        subject, evidence, language, length=length
    )
    assert verify(text, subject, evidence, language) == [], text
