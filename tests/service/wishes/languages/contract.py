"""What every grammar is held to, whatever is typed."""

from __future__ import annotations

from collections.abc import Sequence

from hypothesis import strategies as st

from service.wishes.clause import Clause, Grammar, Limit, Parsed, Reference

LONG = 10_000
"""Characters."""
EVERY = 5
"""Of the words that long texts are made of: each takes its time."""


def texts(words: Sequence[str]) -> st.SearchStrategy[str]:
    """Anything, and what a grammar knows in any order, with spaces and without."""
    known = st.lists(st.sampled_from(words), max_size=20)
    return st.one_of(st.text(max_size=100), known.map(" ".join), known.map("".join))


def check_reading(grammar: Grammar, text: str) -> None:
    """Nothing raises, and every part is of the text."""
    grammar.reads(text)
    assert text not in grammar.forms(text)
    parsed = grammar.parse(text)
    plain = " ".join(text.split())
    parts: list[Clause | Limit | Reference]
    parts = [*parsed.clauses, *parsed.limits, *parsed.references]
    for part in parts:
        assert part.text
        assert part.text in plain
    for clause in parsed.clauses:
        assert any(letter.isalnum() for letter in clause.words)
    for limit in parsed.limits:
        assert (limit.direction != 0) == (limit.low is None and limit.high is None)
    for reference in parsed.references:
        assert bool(reference.place) != bool(reference.title)


def check_long_texts(grammar: Grammar, words: Sequence[str]) -> None:
    """A parser that looks back over the whole text would not come to an end here."""
    for word in words[::EVERY]:
        check_reading(grammar, (word + " ") * (LONG // (len(word) + 1)))


def check_nothing_is_read_of_nothing(grammar: Grammar) -> None:
    """Not even of what is typed."""
    for text in ("", " ", "!?", "🎃", "\n"):
        assert grammar.parse(text) == Parsed()
