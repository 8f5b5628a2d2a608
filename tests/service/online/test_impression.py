"""An answer in short: small, and read back as it was."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from service.online.impression import Audience, Impression

SOURCES = st.lists(st.sampled_from(["sequence", "popular", "content_text", "é"]), max_size=3)


@given(
    st.lists(st.tuples(st.integers(0, 2**40), SOURCES, st.booleans()), max_size=12),
    st.sampled_from(list(Audience)),
    st.text(max_size=20).filter(lambda text: text.isprintable()),
)
def test_what_is_written_is_read_back(
    places: list[tuple[int, list[str], bool]], audience: Audience, scenario: str
) -> None:
    impression = Impression(
        model_version="20261130-132717-0c85",
        scenario=scenario,
        domains=["films"],
        audience=audience,
        start=10,
        items=[item for item, _, _ in places],
        sources=[sources for _, sources, _ in places],
        cold=[cold for *_, cold in places],
    )
    text = impression.to_json()
    assert "\n" not in text
    read = Impression.from_json(text)
    assert [set(names) for names in read.sources] == [set(names) for names in impression.sources]
    assert replace(read, sources=()) == replace(impression, sources=())


def test_ten_items_are_a_few_hundred_bytes() -> None:
    names = ["sequence", "item_knn", "popular", "content_text"]
    one = Impression(
        "20261130-132717-0c85", "home", [], Audience.KNOWN, 0, range(9_000, 9_010), [names] * 10, [False] * 10
    )  # fmt: skip
    assert len(one.to_json()) < 400


def test_a_person_is_new_until_the_fifth_event_and_nobody_is_anonymous_by_name() -> None:
    assert Audience.of(4, anonymous=False) is Audience.NEW
    assert Audience.of(5, anonymous=False) is Audience.KNOWN
    assert Audience.of(5, anonymous=True) is Audience.ANONYMOUS


def test_a_placement_is_the_scenario_else_the_domains() -> None:
    def placement(scenario: str, *domains: str) -> str:
        return Impression("", scenario, domains, Audience.NEW, 0, [], [], []).placement

    assert placement("home", "films") == "home"
    assert placement("", "films", "books") == "films + books"
    assert placement("") == ""
