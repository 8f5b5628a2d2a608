"""Composition: facts and patterns into a line, a paragraph or a profile.

This module owns how facts are combined. It does not know which language it writes, measures nothing
and says nothing that the evidence does not support. A selector decides which of several phrasings
is used.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from service.explainer.evidence import Evidence, EvidenceKind, Role, Subject
from service.explainer.languages.language import Language
from service.explainer.template.phrasing import Draft, finish, pattern_key, usable
from service.explainer.template.plan import Length, group_rest, in_order, split_first
from service.explainer.template.profile import compose_profile
from service.explainer.template.selection import HashSelector, PhrasingSelector, stable_hash
from service.explainer.template.slots import SHORT_TITLES, Slots
from service.explainer.text import MAX_NAME_CHARACTERS, clean, first_words, length_of

MAX_LINE_TITLES = 2
MAX_PARAGRAPH_TITLES = 3
MAX_SENTENCES = 4
MAX_LINE_CHARACTERS = 150

# Salts: the places of a text, each with a selection of its own.
_STYLE, _JOINT, _CLAUSE, _CLOSING = 3, 5, 7, 9


def hash_selector(
    subject: Subject,
    evidence: Sequence[Evidence],
    language: Language,
    length: Length,
    variant: int = 0,
    used: Mapping[str, int] | None = None,
) -> HashSelector:
    """The template's own way to select phrasings."""
    return HashSelector(stable_hash(subject, evidence, language.code, length), variant, used)


def compose(
    subject: Subject,
    evidence: Sequence[Evidence],
    language: Language,
    length: Length,
    selector: PhrasingSelector,
    *,
    by_title: bool = False,
    taken: int = 0,
) -> Draft:
    """A text from the patterns that the selector selects.

    `by_title` calls the item by its title throughout. `taken` is how much of a line is spoken for
    by something else.
    """
    if length == "profile":
        return compose_profile(evidence, language, selector)
    slots = Slots(language, subject, selector.index(_STYLE), by_title)
    sayable = [fact for fact in evidence if _is_sayable(fact, language, slots)]
    composer = _Composer(language, slots, selector)
    if not sayable:
        return composer.nothing(length)
    if length == "line":
        maker = _LineMaker(language, subject, selector, by_title, language.max_line - taken)
        return maker.line(in_order(sayable)) or composer.nothing(length)
    return composer.paragraph(in_order(sayable))


def label(fact: Evidence, domain: str, language: Language, *, short: bool = False) -> str:
    """The sentence that says that an item of that domain is sponsored, and by whom where that is
    known, or that a rule put it there; `short` leaves of a long name its first words."""
    if short:
        name = first_words(clean(fact.name, MAX_NAME_CHARACTERS), SHORT_TITLES[0])
        fact = replace(fact, name=name)
    slots = Slots(language, Subject("", "", domain))
    facts = slots.of([fact], slots.name_subject(in_full=False))
    pattern = usable(language.leads[pattern_key(fact)], facts)[0]
    return finish([pattern.format(**facts)], language)


@dataclass(frozen=True, slots=True)
class _LineMaker:
    """Finds a line that has room: with both causes or one, with titles in full or shortened, about
    the first fact or the next one. Never a part of a fact."""

    language: Language
    subject: Subject
    selector: PhrasingSelector
    by_title: bool
    room: int

    def line(self, evidence: Sequence[Evidence]) -> Draft | None:
        """None where no fact has room."""
        for start in range(len(evidence)):
            for title_words in (0, *SHORT_TITLES):
                for max_titles in (MAX_LINE_TITLES, 1):
                    style = self.selector.index(_STYLE)
                    slots = Slots(self.language, self.subject, style, self.by_title, title_words)
                    composer = _Composer(self.language, slots, self.selector, self.room)
                    if draft := composer.line(evidence[start:], max_titles):
                        return draft
        return None


class _Composer:
    """Puts one text together."""

    def __init__(
        self, language: Language, slots: Slots, selector: PhrasingSelector, room: int = 0
    ) -> None:
        """`room` is that of a line."""
        self._language, self._slots, self._selector = language, slots, selector
        self._room = room

    def nothing(self, length: Length) -> Draft:
        """What is said without evidence."""
        facts = {"this": self._slots.name_subject(in_full=length == "paragraph")}
        lead = self._selector.lead(self._language.nothing, facts)
        return Draft(finish([lead.format(**facts)], self._language), lead)

    def line(self, evidence: Sequence[Evidence], max_titles: int) -> Draft | None:
        """One sentence: the strongest fact, and a clause of support where it fits. None where the
        fact has no room."""
        language, slots = self._language, self._slots
        first, rest = split_first(evidence, max_titles)
        noun = slots.name_subject(in_full=False)
        facts = slots.of(first, noun)
        patterns = usable(language.leads[pattern_key(first[0])], facts)
        fitting = [pattern for pattern in patterns if self._has_room(pattern.format(**facts))]
        if not fitting:
            return None
        lead = self._selector.lead(fitting, facts)
        sentence = lead.format(**facts)
        if rest and not _stands_alone(lead):
            slots.mention(first)
            this = language.it if _names_subject(lead) else noun
            sentence = self._with_support(sentence, lead, first, rest[0], this)
        elif first[0].kind.role is Role.CONTEXT and slots.categories():
            described = language.describe[0].format(this=noun, sg=slots.categories())
            longer = sentence + language.joints[0] + described
            sentence = longer if self._has_room(longer) else sentence
        return Draft(finish([sentence], language), lead)

    def paragraph(self, evidence: Sequence[Evidence]) -> Draft:
        """Two to four sentences; one where the first says all there is to say."""
        language, slots = self._language, self._slots
        first, rest = split_first(evidence, MAX_PARAGRAPH_TITLES)
        head = first[0]
        full_name = slots.name_subject(in_full=True)
        facts = slots.of(first, full_name)
        lead = self._selector.lead(self._paragraph_leads(head, facts), facts)
        sentences = [lead.format(**facts)]
        is_named = _names_subject(lead)
        it = language.it
        if head.kind is EvidenceKind.CONTRAST:  # "it" could be the other item
            it = slots.name_subject(in_full=False)
        slots.mention(first)
        for place, group in enumerate(group_rest(first, rest)[: MAX_SENTENCES - 1]):
            this = it if is_named else full_name
            sentence = language.joints[-1].join(self._clauses(first, group, this, place))
            sentences.append(sentence)
            is_named = is_named or full_name in sentence
            slots.mention(group)
        if len(sentences) == 1 and head.kind.role is not Role.COMPLETE:
            sentences.append(self._closing(it if is_named else full_name, head.kind))
        return Draft(finish(sentences, language), lead)

    def _with_support(
        self, sentence: str, lead: str, first: Sequence[Evidence], second: Evidence, this: str
    ) -> str:
        """The sentence with a clause for the second fact, unless that is too long."""
        joints = self._language.joints
        clause = self._support(first, second, this)
        fits_anywhere = (
            second.kind.role is Role.CONTEXT
            or not _names_subject(lead)
            or joints[-1].strip() in lead
        )
        joint = joints[0] if fits_anywhere else self._selector.pick(joints, _JOINT)
        longer = sentence + joint + clause
        fits = clause and len(longer) <= MAX_LINE_CHARACTERS and self._has_room(longer)
        return longer if fits else sentence

    def _has_room(self, sentence: str) -> bool:
        return length_of(sentence, spaced=self._language.is_spaced) <= self._room

    def _support(self, first: Sequence[Evidence], second: Evidence, this: str) -> str:
        """A clause for a fact that supports the first; empty when there is nothing to say."""
        language = self._language
        key = pattern_key(second)
        is_same = second.item_id != "" and _is_about_the_same(first, second)
        table = language.tails_same if is_same and key in language.tails_same else language.tails
        facts = self._slots.of([second], self._unless_unclear(second, this))
        patterns = usable(table.get(key, ()), facts)
        if not patterns:
            return ""
        return self._selector.phrase(patterns, facts, _CLAUSE).format(**facts)

    def _paragraph_leads(self, head: Evidence, facts: Mapping[str, str]) -> Sequence[str]:
        """The patterns that name the subject, if any does."""
        fitting = usable(self._language.leads[pattern_key(head)], facts)
        return [pattern for pattern in fitting if _names_subject(pattern)] or fitting

    def _clauses(
        self, first: Sequence[Evidence], group: Sequence[Evidence], this: str, place: int
    ) -> Iterator[str]:
        """The clauses of one sentence for facts that belong together."""
        language, slots = self._language, self._slots
        head = group[0]
        this = self._unless_unclear(head, this)
        is_same = _is_about_the_same(first, head) and pattern_key(head) in language.tails_same
        table = language.tails_same if is_same else language.leads
        is_one_clause = head.kind.role is Role.SHARED
        for facts in [list(group)] if is_one_clause else [[fact] for fact in group]:
            values = slots.of(facts, this)
            patterns = usable(table[pattern_key(facts[0])], values)
            plain = [p for p in patterns if _names_subject(p) and not _stands_alone(p)]
            pattern = self._selector.phrase(plain or patterns, values, _CLAUSE + place)
            yield pattern.format(**values)
            slots.mention(facts)
            this = language.it

    def _closing(self, this: str, said: EvidenceKind) -> str:
        """The last sentence of a paragraph that would have one only."""
        language, categories = self._language, self._slots.categories()
        if categories and said is not EvidenceKind.CATEGORY:
            facts = {"this": this, "sg": categories}
            return self._selector.phrase(language.describe, facts, _CLOSING).format(**facts)
        return self._selector.phrase(language.nothing_else, {}, _CLOSING)

    def _unless_unclear(self, fact: Evidence, this: str) -> str:
        """What to call the subject: in "people who chose X also chose it", "it" would be X."""
        if fact.kind is EvidenceKind.CO_ENGAGEMENT and this == self._language.it:
            return self._slots.name_subject(in_full=False)
        return this


def _is_sayable(fact: Evidence, language: Language, slots: Slots) -> bool:
    patterns = language.leads.get(pattern_key(fact), ())
    return bool(usable(patterns, slots.of([fact], language.it)))


def _is_about_the_same(first: Sequence[Evidence], fact: Evidence) -> bool:
    """Whether a fact is about the one item that the first sentence is about."""
    return len(first) == 1 and first[0].item_key == fact.item_key


def _names_subject(pattern: str) -> bool:
    return "{this}" in pattern or "{item}" in pattern


def _stands_alone(pattern: str) -> bool:
    """Whether a second clause would blur what it says: after a colon, or where it is about no item
    in particular."""
    return any(part in pattern for part in (":", "：", "{items}", "{something}"))
