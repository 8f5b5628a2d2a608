"""Masking: all that a text may name, replaced by tokens, so that only our own words are left to be
checked.

This module owns which strings are allowed and what each of them is (a title, an attribute's value,
words of the request). It does not check what is said about them.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from service.explainer.attribution.shared import elements
from service.explainer.evidence import (
    OF_TASTE,
    OF_WORDS,
    SHARED,
    TELLING,
    Evidence,
    EvidenceKind,
    Subject,
)
from service.explainer.languages.language import Language
from service.explainer.template.slots import (
    attribute_key,
    cited_title,
    printable_name,
    short_titles,
    stands_unquoted,
)
from service.explainer.text import MAX_NAME_CHARACTERS, MAX_VALUE_CHARACTERS, clean, is_cjk

TOKEN = "⟦[\ue000-\uf8ff]⟧"
"""Expression of any token: one character of the private use area in brackets."""
RESERVED = re.compile("[⟦⟧\ue000-\uf8ff]")
"""What no text may have of its own."""
_FIRST = 0xE000
_MAX_TOKENS = 0xF8FF - _FIRST
_QUOTED = re.compile(
    r"“([^“”]*)”|\"([^\"]*)\"|《([^《》]*)》|「([^「」]*)」|『([^『』]*)』|«([^«»]*)»|„([^„“”]*)[“”]"
)
_SINGLE_QUOTED = re.compile(r"(?<!\w)['‘]([^'‘’]{2,}?)['’](?!\w)")
_NEXT_SENTENCE = re.compile(r"\s*$|\s+[^\W\d_a-z]|\s+[⟦\d]")
_STRAY_QUOTE = re.compile(r"[“”\"《》「」『』«»„]")
_ABOUT_A_VALUE = OF_TASTE | SHARED | {EvidenceKind.EXAMPLE}


@dataclass(slots=True)
class Mention:
    """One string that a text may name, and everything it may stand for."""

    text: str
    cited: list[Evidence] = field(default_factory=list)
    """Evidence about the item of this title."""
    shared: list[Evidence] = field(default_factory=list)
    """Evidence that this value is shared, or that it is part of the user's taste."""
    attributes: set[str] = field(default_factory=set)
    """Attributes (in the language's keys) of which it is a value."""
    dated: list[Evidence] = field(default_factory=list)
    """Evidence of a change in this month."""
    close_in: list[Evidence] = field(default_factory=list)
    """Evidence of closeness in the modality of this noun."""
    is_subject: bool = False
    is_word: bool = False
    """Words of the request, or an attribute's name."""

    @property
    def is_title_only(self) -> bool:
        """Whether it is the title of a history item and can be nothing else."""
        could_be_else = self.is_subject or self.is_named_otherwise or bool(self.close_in)
        return bool(self.cited) and not could_be_else

    @property
    def is_named_otherwise(self) -> bool:
        """Whether it may stand for a value or for words, so that what is said of it is not said of
        an item."""
        return bool(self.attributes) or self.is_word

    @property
    def is_value_only(self) -> bool:
        """Whether it is a value and can be nothing else."""
        could_be_else = self.is_subject or self.is_word or bool(self.cited or self.close_in)
        return bool(self.attributes) and not could_be_else

    @property
    def is_medium_only(self) -> bool:
        """Whether it is the noun of a modality and can be nothing else."""
        could_be_else = self.is_subject or self.is_named_otherwise or bool(self.cited or self.dated)
        return bool(self.close_in) and not could_be_else


@dataclass(frozen=True, slots=True)
class Masked:
    """A text with tokens in place of what it may name."""

    text: str
    mentions: Sequence[Mention]
    """What each token stands for, by its number."""
    unknown: Sequence[str]
    """What was quoted and may not be named."""
    has_stray_quote: bool

    def of(self, part: str) -> list[Mention]:
        """What the tokens in this part of the text stand for, in order."""
        return [self.mentions[ord(token[1]) - _FIRST] for token in re.findall(TOKEN, part)]


def mask(text: str, subject: Subject, evidence: Sequence[Evidence], language: Language) -> Masked:
    """Replace every quoted string that is allowed, then every value that stands in the text without
    quotes."""
    masking = _Masking(_allowed(subject, evidence, language), language)
    text = RESERVED.sub("", text)
    text = _QUOTED.sub(masking.quoted, text)
    has_stray_quote = _STRAY_QUOTE.search(text) is not None
    text = _SINGLE_QUOTED.sub(masking.quoted, text)
    text = masking.unquoted(text)
    return Masked(text, masking.mentions, masking.unknown, has_stray_quote)


def items_of(mentions: Iterable[Mention]) -> set[tuple[str, str]]:
    """Identity of the history items that these mentions are titles of."""
    return {evidence.item_key for mention in mentions for evidence in mention.cited}


class _Masking:
    """The masking of one text: collects the mentions it finds."""

    def __init__(self, allowed: dict[str, Mention], language: Language) -> None:
        self._allowed, self._language = allowed, language
        self.mentions: list[Mention] = []
        self.unknown: list[str] = []

    def quoted(self, match: re.Match[str]) -> str:
        """The token for a quoted string."""
        inner = next(group for group in match.groups() if group is not None)
        bare = inner.rstrip(".,;:!?，。；：！？")
        mention = self._allowed.get(_key(inner)) or self._allowed.get(_key(bare))
        if mention is None:
            self.unknown.append(inner)
            mention = Mention(inner)
        return self._token(mention)

    def unquoted(self, text: str) -> str:
        """The text with tokens for what it names without quotation marks."""
        folded = text.casefold()
        present = [
            mention.text
            for mention in self._allowed.values()
            if mention.text.casefold() in folded and _may_stand_unquoted(mention, self._language)
        ]
        if not present:
            return text
        longest_first = sorted(present, key=len, reverse=True)
        expression = "|".join(_bounded(one, self._language) for one in longest_first)
        return re.sub(expression, self._plain, text, flags=re.IGNORECASE)

    def _plain(self, match: re.Match[str]) -> str:
        """The token for a string without quotation marks.

        The full stop of "Robert Downey Jr." may end both the name and the sentence.
        """
        found = match.group()
        token = self._token(self._allowed.get(_key(found), Mention(found)))
        may_end = self._language.lexicon.script == "latin" and found.endswith(".")
        ends_sentence = may_end and _NEXT_SENTENCE.match(match.string, match.end())
        return token + "." if ends_sentence else token

    def _token(self, mention: Mention) -> str:
        self.mentions.append(mention)
        number = min(len(self.mentions) - 1, _MAX_TOKENS)
        return f"⟦{chr(_FIRST + number)}⟧"


def _allowed(
    subject: Subject, evidence: Sequence[Evidence], language: Language
) -> dict[str, Mention]:
    """Everything that a text may name, by its key."""
    allowed: dict[str, Mention] = {}

    def mention(text: str) -> Mention:
        return allowed.setdefault(_key(text), Mention(text))

    title = cited_title(subject.item_id, subject.title)
    for called in (title, *short_titles(title)):
        mention(called).is_subject = True
    for category in subject.categories:
        mention(clean(category, MAX_VALUE_CHARACTERS)).attributes.add("category")
    for name, values in subject.attributes.items():
        for value in {*elements(values), values}:
            key = language.attribute(name) or name
            mention(clean(value, MAX_VALUE_CHARACTERS)).attributes.add(key)
    for one in evidence:
        if one.item_id or one.title:
            title = cited_title(one.item_id, one.title)
            for called in dict.fromkeys((title, *short_titles(title))):
                mention(called).cited.append(one)
        if one.kind in _ABOUT_A_VALUE:
            shared = mention(clean(language.taste.value_of(one), MAX_VALUE_CHARACTERS))
            shared.attributes.add(attribute_key(one, language) or one.name)
            shared.shared.append(one)
            mention(printable_name(one.name, language)).is_word = True
            mention(language.taste.month_of(one.since)).dated.append(one)
        elif one.kind is EvidenceKind.MEDIA_SIMILARITY:
            noun = language.medium(one.name)
            mention(clean(noun, MAX_VALUE_CHARACTERS)).close_in.append(one)
        elif TELLING[one.kind].quotes_name:
            name = clean(one.name, MAX_NAME_CHARACTERS)
            for called in (name, *short_titles(name)):
                mention(called).is_word = True
            if one.kind in OF_WORDS:
                mention(clean(one.value, MAX_VALUE_CHARACTERS)).is_word = True
    allowed.pop("", None)
    return allowed


def _may_stand_unquoted(mention: Mention, language: Language) -> bool:
    is_no_title = bool(mention.attributes or mention.is_word or mention.dated or mention.close_in)
    return is_no_title and stands_unquoted(mention.text, language)


def _bounded(text: str, language: Language) -> str:
    """Expression of the text as a whole word. In a Chinese text only ASCII letters on either side
    make it part of a longer one.

    What a language's script does not have is refused elsewhere. A range of all Chinese characters
    would say the same, and takes 10 ms to compile.
    """
    letter = r"\w" if language.lexicon.script == "latin" else "[0-9A-Za-z_]"
    left = "" if is_cjk(text[0]) else f"(?<!{letter})"
    right = "" if is_cjk(text[-1]) else f"(?!{letter})"
    return left + re.escape(text) + right


def _key(text: str) -> str:
    return " ".join(text.casefold().split())
