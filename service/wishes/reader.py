"""The reader: a grammar, or a language model in its place, takes a wish apart; what its parts name is
found in the catalogue; and what was said before holds on.

Owns who reads, and what a new utterance takes back. Knows no people and no scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from service.wishes import model_grammar
from service.wishes.clause import Parsed
from service.wishes.context import Before, Catalogue
from service.wishes.languages.loading import grammar_of, grammars
from service.wishes.lexicon.tokens import tokens
from service.wishes.reading import PartKind, Reading, WishPart
from service.wishes.resolver import Resolver

GRAMMAR = "grammar"
"""The reader that is not a model."""


def read(
    text: str, catalogue: Catalogue, before: Before, left_out: Sequence[str] = ()
) -> tuple[Reading, list[str]]:
    """The wish in these words, going on from what was said before; and what could not be done, one
    sentence each. `left_out`: texts of parts that are to have no effect."""
    parts, notes, reader = _read(text, catalogue, before) if text.strip() else ([], [], GRAMMAR)
    kept = [*_still_holding(before.reading.parts, parts), *parts]
    whole = ", ".join(said for said in (before.reading.text, text.strip()) if said)
    off = set(left_out)
    return Reading(whole, [part for part in kept if part.text not in off], reader), notes


def _read(text: str, catalogue: Catalogue, before: Before) -> tuple[list[WishPart], list[str], str]:
    """The parts of these words alone, what could not be done, and who read them."""
    grammar, asked = grammar_of(text), []
    if catalogue.model is not None:
        try:
            parsed = model_grammar.parse(text, catalogue.model, catalogue.topics.commonest)
        except model_grammar.NotRead as error:
            asked = [f"the language model did not read the wish, the grammar did: {error}"]
        else:
            reading = Resolver(grammar or grammars()[0], catalogue, before)
            parts, notes = reading.parts(_as_said(parsed, text, reading))
            return parts, notes, catalogue.model.name
    if grammar is None:
        known = ", ".join(one.code for one in grammars())
        note = f"the wish is in no language that wishes are read in ({known}): it has no effect"
        return [WishPart(PartKind.NOT_UNDERSTOOD, text.strip())], [*asked, note], GRAMMAR
    parts, notes = Resolver(grammar, catalogue, before).parts(grammar.parse(text))
    return parts, [*asked, *notes], GRAMMAR


def _as_said(parsed: Parsed, text: str, reading: Resolver) -> Parsed:
    """The clauses of a model, in the words that were said where it uses others that name nothing in
    the catalogue."""

    def is_known(words: str) -> bool:
        return words.casefold() in text.casefold() or bool(reading.mentions(tokens(words)))

    clauses = [
        one if is_known(one.words) else replace(one, words=one.text) for one in parsed.clauses
    ]
    return replace(parsed, clauses=clauses)


def _still_holding(earlier: Sequence[WishPart], later: Sequence[WishPart]) -> list[WishPart]:
    """What was said before and not taken back: another bound of the same number, or another stance
    to the same value, replaces it."""

    return [part for part in earlier if not any(_replaces(new, part) for new in later)]


def _replaces(new: WishPart, part: WishPart) -> bool:
    if part.kind is PartKind.LIMIT is new.kind and part.field == new.field:
        return (part.low is None) == (new.low is None)  # from the same side
    if part.field and part.field == new.field and set(part.values) & set(new.values):
        return True
    return bool(part.item_id) and part.item_id == new.item_id
