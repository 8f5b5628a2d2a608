"""The template writer: evidence into sentences, with phrasings chosen by a stable hash.

It owns how facts are combined into a line or a paragraph. It knows no language (see `language.py`),
measures nothing, and says nothing that the evidence does not carry. Which of several phrasings is
used, a chooser decides.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

from service.explainer.evidence import Evidence, EvidenceKind, Subject
from service.explainer.languages.language import Language, load_language
from service.explainer.template.choosing import Chooser, HashChooser, stable_hash
from service.explainer.template.phrasing import Draft, finish, pattern_key, usable
from service.explainer.template.plan import CONTEXT, SHARED, group_rest, split_first
from service.explainer.template.profile import compose_profile
from service.explainer.template.slots import Slots

Length = Literal["line", "paragraph", "profile"]

MAX_LINE_TITLES = 2
MAX_PARAGRAPH_TITLES = 3
MAX_SENTENCES = 4
MAX_LINE_CHARACTERS = 150
VARIANTS = 8
"""Phrasings tried where a text would be the same as one before it in the list."""
WHOLE = (EvidenceKind.CONTRAST, EvidenceKind.CHANGE)
"""Nothing is added to a sentence about these to make it a paragraph."""
BY_TITLE = 3
"""From this try on the item is called by its title."""


class TemplateWriter:
    """Writes from patterns. Always available, never wrong about more than its evidence is."""

    name = "template"

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        """One sentence (`line`), two to four (`paragraph`) or up to six about a taste (`profile`).

        The same text for the same input, always.

        So it cannot write better when asked again, whatever the `problems`.
        """
        words = load_language(language)
        return compose(
            subject, evidence, words, length, hash_chooser(subject, evidence, words, length)
        ).text

    def write_list(
        self,
        pairs: Sequence[tuple[Subject, Sequence[Evidence]]],
        language: str,
        *,
        length: Length = "line",
    ) -> list[str]:
        """One text per result of a list, phrased so that neighbours do not repeat each other."""
        words = load_language(language)
        used: Counter[str] = Counter()
        texts: list[str] = []
        for subject, evidence in pairs:
            for variant in range(VARIANTS):
                chooser = hash_chooser(subject, evidence, words, length, variant, used)
                draft = compose(
                    subject, evidence, words, length, chooser, by_title=variant >= BY_TITLE
                )
                if draft.text not in texts:
                    break
            used[draft.pattern] += 1
            texts.append(draft.text)
        return texts


def hash_chooser(
    subject: Subject,
    evidence: Sequence[Evidence],
    language: Language,
    length: Length,
    variant: int = 0,
    used: Mapping[str, int] | None = None,
) -> HashChooser:
    """The template's own way to choose."""
    return HashChooser(stable_hash(subject, evidence, language.code, length), variant, used)


def compose(
    subject: Subject,
    evidence: Sequence[Evidence],
    language: Language,
    length: Length,
    chooser: Chooser,
    *,
    by_title: bool = False,
) -> Draft:
    """A text from the patterns that the chooser chooses; `by_title` calls the item by its title
    throughout."""
    if length == "profile":
        return compose_profile(evidence, language, chooser)
    slots = Slots(language, subject, chooser.index(3), by_title)
    sayable = [
        e
        for e in evidence
        if usable(language.leads.get(pattern_key(e), ()), slots.of([e], language.it))
    ]
    ordered = sorted(sayable, key=lambda e: e.kind in CONTEXT)  # stable: strongest first within
    if not ordered:
        facts = {"this": slots.name_subject(in_full=length == "paragraph")}
        lead = chooser.lead(language.nothing, facts)
        return Draft(finish([lead.format(**facts)], language), lead)
    write = _line if length == "line" else _paragraph
    return write(ordered, language, slots, chooser)


def label(sponsorship: Evidence, domain: str, language: Language) -> str:
    """The sentence that says that an item of that domain is sponsored, and by whom where that is
    known."""
    slots = Slots(language, Subject("", "", domain))
    facts = slots.of([sponsorship], slots.name_subject(in_full=False))
    return finish(
        [usable(language.leads[pattern_key(sponsorship)], facts)[0].format(**facts)], language
    )


def _line(
    evidence: Sequence[Evidence], language: Language, slots: Slots, chooser: Chooser
) -> Draft:
    first, rest = split_first(evidence, MAX_LINE_TITLES)
    noun = slots.name_subject(in_full=False)
    facts = slots.of(first, noun)
    lead = chooser.lead(usable(language.leads[pattern_key(first[0])], facts), facts)
    sentence = lead.format(**facts)
    if rest and not _stands_alone(lead):
        slots.mention(first)
        this = language.it if _names_subject(lead) else noun
        clause = _support(first, rest[0], language, slots, chooser, this)
        fits_anywhere = (
            rest[0].kind in CONTEXT
            or not _names_subject(lead)
            or language.joints[-1].strip() in lead
        )
        longer = (
            sentence
            + (language.joints[0] if fits_anywhere else chooser.pick(language.joints, 5))
            + clause
        )
        if clause and len(longer) <= MAX_LINE_CHARACTERS:
            sentence = longer
    elif first[0].kind in CONTEXT and slots.categories():
        sentence += language.joints[0] + language.describe[0].format(
            this=noun, sg=slots.categories()
        )
    return Draft(finish([sentence], language), lead)


def _support(
    first: Sequence[Evidence],
    second: Evidence,
    language: Language,
    slots: Slots,
    chooser: Chooser,
    this: str,
) -> str:
    """A clause for a fact that stands behind the first; empty when there is nothing to say."""
    this = _of_people(second, slots, this, language)
    facts = slots.of([second], this)
    same = (
        len(first) == 1
        and first[0].item_id == second.item_id != ""
        and first[0].title == second.title
    )
    table = (
        language.tails_same
        if same and pattern_key(second) in language.tails_same
        else language.tails
    )
    patterns = usable(table.get(pattern_key(second), ()), facts)
    return chooser.phrase(patterns, facts, 7).format(**facts) if patterns else ""


def _paragraph(
    evidence: Sequence[Evidence], language: Language, slots: Slots, chooser: Chooser
) -> Draft:
    first, rest = split_first(evidence, MAX_PARAGRAPH_TITLES)
    facts = slots.of(first, slots.name_subject(in_full=True))
    fitting = usable(language.leads[pattern_key(first[0])], facts)
    lead = chooser.lead([p for p in fitting if _names_subject(p)] or fitting, facts)
    sentences = [lead.format(**facts)]
    named = _names_subject(lead)
    it = (
        slots.name_subject(in_full=False) if first[0].kind is EvidenceKind.CONTRAST else language.it
    )
    slots.mention(first)
    for i, group in enumerate(group_rest(first, rest)[: MAX_SENTENCES - 1]):
        this = it if named else slots.name_subject(in_full=True)
        sentences.append(_group_sentence(first, group, language, slots, chooser, this, i))
        named = named or slots.name_subject(in_full=True) in sentences[-1]
        slots.mention(group)
    if len(sentences) == 1 and first[0].kind not in WHOLE:
        this = it if named else slots.name_subject(in_full=True)
        sentences.append(_closing(language, slots, chooser, this, first[0].kind))
    return Draft(finish(sentences, language), lead)


def _group_sentence(
    first: Sequence[Evidence],
    group: Sequence[Evidence],
    language: Language,
    slots: Slots,
    chooser: Chooser,
    this: str,
    place: int,
) -> str:
    """One sentence for facts that belong together."""
    head = group[0]
    this = _of_people(head, slots, this, language)
    about_the_same = len(first) == 1 and (head.item_id, head.title) == (
        first[0].item_id,
        first[0].title,
    )
    table = (
        language.tails_same
        if about_the_same and pattern_key(head) in language.tails_same
        else language.leads
    )
    clauses = []
    for facts in [group] if head.kind in SHARED else [[fact] for fact in group]:
        slot_values = slots.of(facts, this)
        patterns = usable(table[pattern_key(facts[0])], slot_values)
        patterns = [p for p in patterns if _names_subject(p) and not _stands_alone(p)] or patterns
        clauses.append(chooser.phrase(patterns, slot_values, 7 + place).format(**slot_values))
        slots.mention(facts)
        this = language.it
    return language.joints[-1].join(clauses)


def _of_people(fact: Evidence, slots: Slots, this: str, language: Language) -> str:
    """ "People who chose X also chose it" would be about X: name the subject there."""
    is_unclear = fact.kind is EvidenceKind.CO_ENGAGEMENT and this == language.it
    return slots.name_subject(in_full=False) if is_unclear else this


def _names_subject(pattern: str) -> bool:
    return "{this}" in pattern or "{item}" in pattern


def _stands_alone(pattern: str) -> bool:
    """Whether a second clause would blur what it says: after a colon, or where it is about no item
    in particular."""
    return any(part in pattern for part in (":", "：", "{items}", "{something}"))


def _closing(
    language: Language, slots: Slots, chooser: Chooser, this: str, said: EvidenceKind
) -> str:
    categories = slots.categories()
    if categories and said is not EvidenceKind.CATEGORY:
        facts = {"this": this, "sg": categories}
        return chooser.phrase(language.describe, facts, 9).format(**facts)
    return chooser.phrase(language.nothing_else, {}, 9)
