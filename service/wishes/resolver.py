"""Resolver: the parts of one utterance, from the clauses, limits and references that it was taken apart
into.

A clause becomes values of the catalogue where it names any, by the words for them or by another name;
else free words. Knows no people and no scores.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from service.wishes.clause import Clause, Grammar, Limit, Parsed, Reference, Stance
from service.wishes.context import Before, Catalogue
from service.wishes.lexicon.lexicon import USUAL
from service.wishes.lexicon.tokens import tokens
from service.wishes.lexicon.values import ASPECTS, Value, is_person
from service.wishes.limits import NoSuchNumber, filter_name, named_by_word_before, part_of
from service.wishes.mentions import Mention, mentions_in
from service.wishes.reading import PartKind, WishPart
from service.wishes.wanted_words import wanted_words

SAME_MEANING = 0.7
"""Cosine of two names from which on they name the same, such as "science fiction" and "Sci-Fi", where
what the words are near to says so too."""
_KIND_OF_STANCE = {
    Stance.WANT: PartKind.WANTED,
    Stance.PREFER: PartKind.PREFERRED,
    Stance.LESS: PartKind.LESS,
    Stance.WITHOUT: PartKind.RULED_OUT,
}
NOTHING = np.zeros(0, np.int64)
"""No items were shown before."""
PLACE_DIGITS = 3
"""A number alone of so many is a place on a list, and none that there is: texts say nothing of it."""
LONGEST_NAME = 3
"""More words are no other name for a value."""
EVERYTHING = 0.9
"""A value that more of the catalogue has than this tells nothing apart."""
USUAL_BESIDE_A_NAME = 0.015
"""As USUAL, of words beside one that may be another name for a value."""


@dataclass(frozen=True, eq=False)
class Resolver:
    """Of one utterance."""

    grammar: Grammar
    catalogue: Catalogue
    before: Before
    _mentions: dict[tuple[str, ...], list[Mention]] = field(default_factory=dict)
    """What `mentions` has found already."""

    def parts(self, parsed: Parsed) -> tuple[list[WishPart], list[str]]:
        """The parts, and what could not be done, one sentence each."""
        parts: list[WishPart] = []
        notes: list[str] = []
        for reference in parsed.references:
            parts += self._of_reference(reference)
        clauses = list(parsed.clauses)
        for limit in parsed.limits:
            clauses = self._of_limit(limit, clauses, parts, notes)
        clauses = [left for clause in clauses if (left := self._of_age(clause, parts)).words]
        self._prepare(clauses)
        parts += self._of_clauses(clauses, by_other_names=True)
        if not self.catalogue.reads(self.grammar.code):
            parts = [self._unless_free(part, notes) for part in parts]
        return list(dict.fromkeys(parts)), notes

    def _unless_free(self, part: WishPart, notes: list[str]) -> WishPart:
        """The part, without effect where it has free words, which the encoder does not read."""
        if part.field or part.item_id or part.kind is PartKind.NOT_UNDERSTOOD:
            return part
        notes.append(
            f"“{part.text}” has no effect: the text encoder does not read this language, and no "
            "value of the catalogue is called so"
        )
        return replace(part, kind=PartKind.NOT_UNDERSTOOD)

    def _prepare(self, clauses: Sequence[Clause]) -> None:
        """Have all words encoded at once that will be asked for, unless a clause turns out to call a
        value by another name."""
        if not self.catalogue.reads(self.grammar.code):
            return
        names = [
            self._other_name(words)
            for clause in clauses
            if self.catalogue.topics.values
            and not any(map(self._is_telling_of_all, self.mentions(words := tokens(clause.words))))
        ]
        parts = self._of_clauses(clauses, by_other_names=False)
        wanted = wanted_words(parts, self.catalogue.topics)
        leaning = [
            part.words for part in parts if not part.field and part.kind is not PartKind.WANTED
        ]
        self.catalogue.prepare([text for text in (wanted, *leaning, *names) if text])

    def _of_clauses(self, clauses: Sequence[Clause], *, by_other_names: bool) -> list[WishPart]:
        parts: list[WishPart] = []
        free = []
        for clause in clauses:
            named = self._of_clause(clause, by_other_names=by_other_names)
            parts += named
            if not named:
                free.append(clause)
        return parts + self._of_free(free)

    def mentions(self, words: tuple[str, ...]) -> list[Mention]:
        """What these tokens name that tells items apart."""
        known = self._mentions.get(words)
        if known is None:
            found = mentions_in(
                words, self.catalogue.lexicon, self.grammar.forms, self.grammar.function
            )
            known = [kept for mention in found if (kept := self._telling(mention)) is not None]
            self._mentions[words] = known
        return known

    def _of_limit(
        self, limit: Limit, clauses: list[Clause], parts: list[WishPart], notes: list[str]
    ) -> list[Clause]:
        """The clauses, without the word that says what the limit is about."""
        lexicon, forms = self.catalogue.lexicon, self.grammar.forms
        if named := named_by_word_before(limit, lexicon, forms):
            left = [_without_last(one, limit.before) for one in clauses]
            limit, clauses = named, [one for one in left if one.words]
        try:
            parts.append(part_of(limit, lexicon, self.before.shown, forms))
        except NoSuchNumber as missing:
            parts.append(WishPart(PartKind.NOT_UNDERSTOOD, limit.text))
            notes.append(
                f"“{limit.text}” has no effect: no field of the catalogue is a number for "
                f"{missing.what}"
            )
        return clauses

    def _of_age(self, clause: Clause, parts: list[WishPart]) -> Clause:
        """The clause without the word that tells how old what is wanted is: "old" of "old westerns",
        and not of "old men"."""
        if clause.age is None:
            return clause
        rest = clause.words.removeprefix(clause.age.text).strip()
        if not self._is_known(rest):
            return clause
        try:
            parts.append(part_of(clause.age, self.catalogue.lexicon, NOTHING, self.grammar.forms))
        except NoSuchNumber:
            return clause
        return replace(clause, text=rest, words=rest)

    def _is_known(self, text: str) -> bool:
        """Whether all of the words name something that the catalogue has, or only what everything is."""
        words = tokens(text)
        mentions = self.mentions(words)
        named = {place for mention in mentions for place in range(mention.start, mention.stop)}
        left = [word for place, word in enumerate(words) if place not in named]
        says_nothing = text in self.grammar.sorts or all(map(self._is_empty, left))
        return says_nothing or self._called_otherwise(words) is not None

    def _is_empty(self, word: str) -> bool:
        """Whether a word says nothing that could be looked for."""
        is_empty = word in self.grammar.praise or word in self.grammar.function
        return is_empty or self._is_what_all_are(word)

    def _of_reference(self, reference: Reference) -> list[WishPart]:
        kind = PartKind.LIKE_ITEM if reference.like else PartKind.UNLIKE_ITEM
        shown = self.before.shown
        if reference.place:
            place = reference.place - 1 if reference.place > 0 else len(shown) + reference.place
            if not 0 <= place < len(shown):
                return [WishPart(PartKind.NOT_UNDERSTOOD, reference.text)]
            found = [int(shown[place])]
        else:
            found = self.catalogue.lexicon.titled(reference.title)[:1]
            if not found:
                stance = Stance.WANT if reference.like else Stance.WITHOUT
                return self._of_clause(Clause(reference.text, stance, reference.title)) or [
                    self._free_part(Clause(reference.text, stance, reference.title))
                ]
        return self._items(kind, reference.text, found)

    def _items(self, kind: PartKind, text: str, found: Sequence[int]) -> list[WishPart]:
        return [WishPart(kind, text, item_id=self.catalogue.item_ids(index)) for index in found]

    def _of_clause(self, clause: Clause, *, by_other_names: bool = True) -> list[WishPart]:
        """The parts of a clause that names values; none where it names none."""
        words = tokens(clause.words)
        kind = _KIND_OF_STANCE[clause.stance]
        mentions = self.mentions(words)
        if clause.stance is Stance.WITHOUT and not mentions and clause.words[:1].isupper():
            titled = self.catalogue.lexicon.titled(clause.words)
            if titled:  # "not Germany", among countries
                return self._items(PartKind.UNLIKE_ITEM, clause.text, titled)
        if by_other_names and not any(map(self._is_telling_of_all, mentions)):
            value = self._called_otherwise(words)
            if value is not None:
                name = self._other_name(words)
                said = [
                    one
                    for mention in mentions
                    for one in mention.values
                    if " ".join(words[mention.start : mention.stop]) == name
                ]
                return [
                    *self._named(kind, clause.text, clause.words, [value]),
                    *self._named(_leaning(kind), clause.text, clause.words, said),
                ]
        parts = []
        for mention in mentions:
            about = " ".join(words[mention.start : mention.stop])
            text = clause.text if len(mentions) == 1 else about
            parts += self._named(kind, text, about, mention.values)
        told = any(map(self._is_telling_of_all, mentions))
        rest = self._rest(words, mentions) if mentions else []
        if rest and clause.stance is not Stance.WITHOUT:
            left = " ".join(rest)  # told beside what is named; compared with the words around it
            about = left if told else self._content(clause.words)
            is_beside = told and not self._ends_with(words, rest[-1])
            parts.append(WishPart(_leaning(kind) if is_beside else kind, left, about))
        return parts

    def _ends_with(self, words: Sequence[str], word: str) -> bool:
        """Whether it is the last of the words that say anything: what is wanted itself, as "jeans" of
        "blue jeans"."""
        return next(one for one in reversed(words) if not self._is_empty(one)) == word

    def _telling(self, mention: Mention) -> Mention | None:
        """The mention with the values that tell items apart."""
        lexicon = self.catalogue.lexicon
        most = EVERYTHING * max(lexicon.n_items, 1)
        values = [
            value for value in mention.values if np.count_nonzero(lexicon.mask(value)) <= most
        ]
        return replace(mention, values=values) if values else None

    def _is_telling_of_all(self, mention: Mention) -> bool:
        """Whether it names a value of a field that nearly every item has."""
        return any(value.field in self.catalogue.topics.fields for value in mention.values)

    def _named(
        self, kind: PartKind, text: str, words: str, values: Sequence[Value]
    ) -> list[WishPart]:
        by_field: dict[str, list[Value]] = {}
        for value in values:
            by_field.setdefault(value.field, []).append(value)
        complete = {name for name in by_field if name in self.catalogue.topics.fields}
        if kind is not PartKind.RULED_OUT and complete:  # other fields do not tell of every item
            by_field = {name: some for name, some in by_field.items() if name in complete}
        parts = [
            WishPart(
                _kind_in(name, kind),
                text,
                words,
                name,
                tuple(value.text for value in some),
                _excluding(name, some) if kind is PartKind.RULED_OUT else "",
            )
            for name, some in by_field.items()
        ]
        is_ruled_out = any(part.kind is PartKind.RULED_OUT for part in parts)
        # Of items that have no such field only their words tell.
        if is_ruled_out and not any(map(self._tells_of_all, values)):
            parts.append(WishPart(PartKind.AVOIDED, text, words))
        return parts

    def _tells_of_all(self, value: Value) -> bool:
        """Whether an item without the value is known not to have it; of people, and of what is yes or
        no, other words tell nothing."""
        is_complete = value.field in self.catalogue.topics.fields or value.field == "domain"
        return is_complete or is_person(value.text) or value.name != value.text

    def _rest(self, words: Sequence[str], mentions: Sequence[Mention]) -> list[str]:
        """The words of content that name nothing."""
        named = {place for mention in mentions for place in range(mention.start, mention.stop)}
        return [
            word
            for place, word in enumerate(words)
            if place not in named
            and not self._is_empty(word)
            and 0 < self.catalogue.lexicon.share(word) < USUAL
        ]

    def _is_what_all_are(self, word: str) -> bool:
        """Whether a word says no more than what sort of thing the catalogue has: "films" among
        movies."""
        forms = {word, *self.grammar.forms(word)}
        return word in self.grammar.sorts or not forms.isdisjoint(
            self.catalogue.lexicon.words_of_domains
        )

    def _of_free(self, clauses: Sequence[Clause]) -> list[WishPart]:
        """Clauses that name nothing; those that are wanted together say one thing together."""
        parts = []
        wanted = [clause for clause in clauses if clause.stance is Stance.WANT]
        if wanted:
            parts.append(self._free_part(_joined(wanted)))
        parts += [self._free_part(one) for one in clauses if one.stance is not Stance.WANT]
        return [self._unless_unknown(part) for part in parts if part.words]

    def _unless_unknown(self, part: WishPart) -> WishPart:
        """The part, without effect where no text has any of its words, and what is near to them has
        nothing in common."""
        is_said = any(map(self.catalogue.lexicon.share, tokens(part.words)))
        if is_said or not self.catalogue.reads(self.grammar.code):
            return part
        if self.catalogue.topics_of(part.words):
            return part
        return replace(part, kind=PartKind.NOT_UNDERSTOOD)

    def _free_part(self, clause: Clause) -> WishPart:
        words = clause.words.strip()
        if words.isdecimal() and len(words) <= PLACE_DIGITS:
            return WishPart(PartKind.NOT_UNDERSTOOD, clause.text, words)
        kind = _KIND_OF_STANCE[clause.stance]
        return WishPart(
            PartKind.AVOIDED if kind is PartKind.RULED_OUT else kind,
            clause.text,
            self._content(clause.words),
        )

    def _content(self, words: str) -> str:
        """The words without what everything is; a comparative in its base form."""
        plain = self._plain(words).split()
        return " ".join(word for word in plain if word.strip(",") not in self.grammar.sorts)

    def _plain(self, words: str) -> str:
        """A comparative alone that no text has, such as "funnier", in its base form."""
        if " " in words.strip() or self.catalogue.lexicon.share(" ".join(tokens(words))):
            return words
        forms = self.grammar.forms(words.strip())
        return next((form for form in forms if self.catalogue.lexicon.share(form)), words)

    def _called_otherwise(self, words: Sequence[str]) -> Value | None:
        """The value that the words call by another name: "a good science fiction film"."""
        name = self._other_name(words)
        return self._same_meaning(name) if name else None

    def _other_name(self, words: Sequence[str]) -> str:
        """What may be another name of a value: the words that few texts have, if any. Empty where it
        is too long for that."""
        empty = {*self.grammar.sorts, *self.grammar.praise}
        said = [word for word in words if word not in empty]
        rare = [word for word in said if self.catalogue.lexicon.share(word) < USUAL_BESIDE_A_NAME]
        name = rare or said
        return " ".join(name) if len(name) <= LONGEST_NAME else ""

    def _same_meaning(self, words: str) -> Value | None:
        """The value whose name means the same as the words, by the text encoder."""
        topics = self.catalogue.topics
        if not topics.values or not self.catalogue.reads(self.grammar.code):
            return None
        cosines = topics.names @ self.catalogue.encode(words)
        best = int(np.argmax(cosines))
        if cosines[best] < SAME_MEANING:
            return None
        sets_apart = self.catalogue.topics_of(words)
        value = topics.values[best]
        return value if sets_apart.get(value, 0) == max(sets_apart.values(), default=1) else None


def _without_last(clause: Clause, word: str) -> Clause:
    """The clause without this word at its end."""
    words = clause.words.split()
    return replace(clause, words=" ".join(words[:-1])) if words[-1:] == [word] else clause


def _joined(clauses: Sequence[Clause]) -> Clause:
    """What is wanted in several clauses, as one."""
    text = ", ".join(clause.text for clause in clauses)
    return Clause(text, Stance.WANT, ", ".join(clause.words for clause in clauses))


def _kind_in(field: str, kind: PartKind) -> PartKind:
    """What a language model says of an item rules nothing out: it may be wrong."""
    return PartKind.AVOIDED if kind is PartKind.RULED_OUT and field.startswith(ASPECTS) else kind


def _leaning(kind: PartKind) -> PartKind:
    """What the words beside a named value do: they move the list, and rule nothing out."""
    return PartKind.PREFERRED if kind is PartKind.WANTED else kind


def _excluding(name: str, values: Sequence[Value]) -> str:
    """The filter that rules values out; empty where a field holds them among others in one text."""
    if any(value.is_part for value in values):
        return ""
    quoted = [value.text.replace("\\", "\\\\").replace('"', '\\"') for value in values]
    return " AND ".join(f'NOT {filter_name(name)}:"{text}"' for text in quoted)
