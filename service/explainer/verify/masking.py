"""Masking: the facts a text may name, replaced by tokens, so that only our own words are left to be
judged.

It owns which strings are allowed and what each of them is (a title, an attribute's value, words of
the request). It does not judge what is said about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.explainer.attribution.shared import elements
from service.explainer.evidence import OF_TASTE, Evidence, EvidenceKind, Subject
from service.explainer.languages.language import Language
from service.explainer.template.slots import (
    WORDS,
    attribute_key,
    cited_title,
    printable_name,
    stands_unquoted,
)
from service.explainer.text import MAX_NAME_CHARACTERS, MAX_VALUE_CHARACTERS, clean, is_cjk

TOKEN = "⟦[\ue000-\uf8ff]⟧"
_FIRST = 0xE000
_MAX_TOKENS = 0xF8FF - _FIRST
_QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|《([^《》]*)》|「([^「」]*)」|『([^『』]*)』|«([^«»]*)»|„([^„“”]*)[“”]"
)
_SINGLE_QUOTED = re.compile(r"(?<!\w)['‘]([^'‘’]{2,}?)['’](?!\w)")
_NEXT_SENTENCE = re.compile(r"\s*$|\s+[^\W\d_a-z]|\s+[⟦\d]")
_ABOUT_A_VALUE = OF_TASTE | {EvidenceKind.ATTRIBUTE, EvidenceKind.CATEGORY, EvidenceKind.EXAMPLE}
_STRAY_QUOTE = re.compile(r"[“”\"《》「」『』«»„]")


@dataclass(slots=True)
class Fact:
    """One allowed string and everything it is."""

    text: str
    cited: list[Evidence] = field(default_factory=list)
    """Evidence about the item of this title."""
    shared: list[Evidence] = field(default_factory=list)
    """Evidence that this value is shared, or that it is part of the user's taste."""
    attributes: set[str] = field(default_factory=set)
    """Attributes (in the language's keys) of which it is a value."""
    dated: list[Evidence] = field(default_factory=list)
    """Evidence of a change in this month."""
    is_subject: bool = False
    is_word: bool = False
    """Words of the request, or an attribute's name."""

    @property
    def is_title_only(self) -> bool:
        """Certainly the title of a history item."""
        return bool(self.cited) and not (self.is_subject or self.is_named_otherwise)

    @property
    def is_named_otherwise(self) -> bool:
        """It may stand for a value or for words, so what is said of it is not said of an item."""
        return bool(self.attributes) or self.is_word

    @property
    def is_value_only(self) -> bool:
        """Certainly a value."""
        return bool(self.attributes) and not (self.cited or self.is_subject or self.is_word)


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with tokens in place of facts."""

    text: str
    facts: Sequence[Fact]
    """Fact of each token, by its number."""
    unknown: Sequence[str]
    """What was quoted and is no fact."""
    has_stray_quote: bool

    def of(self, part: str) -> list[Fact]:
        """Facts whose tokens stand in this part of the text, in order."""
        return [self.facts[ord(t[1]) - _FIRST] for t in re.findall(TOKEN, part)]


def mask(text: str, subject: Subject, evidence: Sequence[Evidence], language: Language) -> Masked:
    """Replace every quoted string that is allowed, then every value that stands in the text without
    quotes."""
    allowed = _allowed(subject, evidence, language)
    facts: list[Fact] = []
    unknown: list[str] = []

    def token(fact: Fact) -> str:
        facts.append(fact)
        return f"⟦{chr(_FIRST + min(len(facts) - 1, _MAX_TOKENS))}⟧"

    def quoted(match: re.Match[str]) -> str:
        inner = next(group for group in match.groups() if group is not None)
        fact = allowed.get(_key(inner)) or allowed.get(_key(inner.rstrip(".,;:!?，。；：！？")))
        if fact is None:
            unknown.append(inner)
            fact = Fact(inner)
        return token(fact)

    def plain(match: re.Match[str]) -> str:
        found = token(allowed.get(_key(match.group()), Fact(match.group())))
        may_end = language.lexicon.script == "latin" and match.group().endswith(".")
        ends_sentence = may_end and _NEXT_SENTENCE.match(match.string, match.end())
        return (
            found + "." if ends_sentence else found
        )  # "Robert Downey Jr." ends both a name and a sentence

    text = re.sub("[⟦⟧\ue000-\uf8ff]", "", text)
    text = _QUOTED.sub(quoted, text)
    stray = _STRAY_QUOTE.search(text) is not None
    text = _SINGLE_QUOTED.sub(quoted, text)
    folded = text.casefold()
    unquoted = [
        f.text
        for f in allowed.values()
        if f.text.casefold() in folded and _may_stand_unquoted(f, language)
    ]
    if unquoted:
        longest_first = sorted(unquoted, key=len, reverse=True)
        pattern = re.compile("|".join(_bounded(t, language) for t in longest_first), re.IGNORECASE)
        text = pattern.sub(plain, text)
    return Masked(text, facts, unknown, stray)


def _allowed(subject: Subject, evidence: Sequence[Evidence], language: Language) -> dict[str, Fact]:
    allowed: dict[str, Fact] = {}

    def fact(text: str) -> Fact:
        return allowed.setdefault(_key(text), Fact(text))

    fact(cited_title(subject.item_id, subject.title)).is_subject = True
    for category in subject.categories:
        fact(clean(category, MAX_VALUE_CHARACTERS)).attributes.add("category")
    for name, values in subject.attributes.items():
        for value in {*elements(values), values}:
            fact(clean(value, MAX_VALUE_CHARACTERS)).attributes.add(
                language.attribute(name) or name
            )
    for e in evidence:
        if e.item_id or e.title:
            fact(cited_title(e.item_id, e.title)).cited.append(e)
        if e.kind in _ABOUT_A_VALUE:
            shared = fact(clean(language.taste.value_of(e), MAX_VALUE_CHARACTERS))
            shared.attributes.add(attribute_key(e, language) or e.name)
            shared.shared.append(e)
            fact(printable_name(e.name, language)).is_word = True
            fact(language.taste.month_of(e.since)).dated.append(e)
        elif e.kind in WORDS:
            fact(clean(e.name, MAX_NAME_CHARACTERS)).is_word = True
    allowed.pop("", None)
    return allowed


def _may_stand_unquoted(fact: Fact, language: Language) -> bool:
    return bool(fact.attributes or fact.is_word or fact.dated) and stands_unquoted(
        fact.text, language
    )


def _bounded(text: str, language: Language) -> str:
    """The text as a whole word; in a Chinese text only ASCII letters on either side make it part of
    a longer one.

    What a language's script does not have is refused elsewhere. A range of all Chinese characters
    would say the same, and takes 10 ms to compile.
    """
    letter = r"\w" if language.lexicon.script == "latin" else "[0-9A-Za-z_]"
    left = "" if is_cjk(text[0]) else f"(?<!{letter})"
    right = "" if is_cjk(text[-1]) else f"(?!{letter})"
    return left + re.escape(text) + right


def _key(text: str) -> str:
    return " ".join(text.casefold().split())


def titles(facts: Iterable[Fact]) -> set[tuple[str, str]]:
    """Identity of the history items these facts are titles of."""
    return {(e.item_id, e.title) for fact in facts for e in fact.cited}
