"""Language: what a folder `<code>/` beside this file must say, so that the template can write the
language and the verifier can read it.

A new language is one new folder, whose `language.py` has a constant `LANGUAGE`. Nothing else names
the languages there are (`service.explainer.languages.codes`).

Patterns are sentences without their end, with slots; a pattern is used only where every slot it
names has something to say. The slots: `this` the recommended item, `item` the same but never a
pronoun; `did` "you watched X and bought Y"; `title` the cited item, `something` when it has none,
`cited` the cited item with what the user did to it; `sg`, `pl` what one item has, what two have
("is directed by X"), `sg_also`, `pl_both` the same with that word; `people`, `items`, `entries`,
`percent` numbers with their noun; `titles` all items of a CHANGE; `description` or `details` the
words in which two items are close; `ago`, `window` times, `ever` when there is no window; `name`
the quoted words of the request.
"""

from __future__ import annotations

import importlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache, lru_cache

from service.explainer.evidence import EvidenceKind
from service.explainer.languages.codes import language_codes
from service.explainer.languages.taste_words import TasteWords


class UnknownLanguage(ValueError):
    """No module for that language."""


@dataclass(frozen=True, slots=True)
class Verb:
    """What the user did. Slots: `x` the item, `value` the number, `a_value` the number with its
    article."""

    did: str
    cited: str
    """The item, together with what the user did to it, as one noun phrase."""
    claim: str
    """Regular expression of the words that say somebody did this."""


@dataclass(frozen=True, slots=True)
class AttributeWords:
    """How to say that one item has (two items have) an attribute value.

    Slots: `value`, `also` and `both` where these words go, `noun` the attribute's name in the
    general one.
    """

    sg: str
    pl: str
    claim: str = ""
    """Regular expression of the words that speak of this attribute."""
    binds: str = ""
    """Regular expression of the words around a value `T` that say it is one of this attribute."""


@dataclass(frozen=True, slots=True)
class Claim:
    """Words that say something which only certain evidence can carry."""

    words: str
    """Regular expression."""
    kinds: frozenset[EvidenceKind] = frozenset()
    """Any of these carries it; none at all means nothing ever does."""
    about_cited: bool = False
    """The evidence must be about an item quoted in the same sentence, if one is."""
    named: str = ""
    """The evidence must have this name, or (RANGE) this value."""


@dataclass(frozen=True, slots=True)
class Unit:
    """What a number counts, by the words around it; `N` stands for the number."""

    words: str
    field: str
    """`count`, `window_days`, `percent`, `event_value`, `total`, `lift`, `earlier_count` or
    `earlier_total`."""
    kinds: frozenset[EvidenceKind]


@dataclass(frozen=True, slots=True)
class Lexicon:
    """What the verifier knows of a language. In expressions `T` is something quoted or named, `N` a
    number."""

    script: str
    """`latin` or `cjk`: the letters its sentences are made of."""
    causes: str
    """Words that state a cause; only HISTORY carries one."""
    clause_ends: str
    """Where a clause ends within a sentence."""
    sharing: str
    """Words that say two items have something in common."""
    claims: tuple[Claim, ...]
    units: tuple[Unit, ...]
    rating_of: str
    """A title `T` with the rating `N` it was given."""
    you: str
    """What stands before `VERB` when the user did it."""
    verb_of: str
    """`VERB` with the title `T` that was its object."""
    user_did: str
    """`VERB` said of the user with an object that is nothing the evidence names."""
    needs_fact: tuple[str, ...]
    """Words that must be followed by something the evidence names."""
    user_verbs: str = ""
    """One group: a word that says what the user did; it must be an event's or one of the allowed."""
    user_verbs_allowed: frozenset[str] = frozenset()
    glue: str = ""
    """Words (cjk: characters) that say nothing by themselves, beyond those of the patterns. Any
    other word might say anything, so none may occur."""
    openers: str = ""
    """Lower-case words that may open a sentence; any other capitalised word is a name (latin script
    only)."""
    max_sentence: int = 240
    """Characters, everything quoted or named counted as three."""


@dataclass(frozen=True, slots=True)
class Language:
    """One language."""

    code: str
    quotes: tuple[str, str]
    work_quotes: tuple[str, str]
    """For titles of films, books and the like."""
    work_domains: frozenset[str]
    nouns: Mapping[str, str]
    """Domain -> "this film"; the empty domain is the fallback."""
    it: str
    you: str
    """Slot `deed`: what the user did."""
    verbs: Mapping[str, tuple[Verb, ...]]
    """Event type -> ways to say it; the empty type is the fallback."""
    rated: tuple[Verb, ...]
    """A rating whose value is known."""
    rated_item: str
    rated_list: str
    rated_last: str
    rated_same: str
    """Several ratings: one member, the whole, what stands before the last, and the whole when all
    have one value."""
    attributes: Mapping[str, AttributeWords]
    """Attribute name -> words; "category" is the item's category, the empty name the fallback (slot
    `noun`)."""
    attribute_unnamed: AttributeWords
    """When the attribute's name is not fit to print."""
    also: str
    both: str
    something: str
    description: str
    """What a person wrote about an item."""
    details: str
    """The title, categories and attributes of an item, where nobody described it."""
    ever: str
    counted: Mapping[str, tuple[str, str]]
    """Slot -> form for one (empty: not said), form for more (slot `n`)."""
    percent: str
    ago: tuple[str, str, str]
    """Today, one day, `n` days."""
    window: tuple[str, str]
    """One day, `n` days."""
    list_separator: str
    list_last: str
    predicates_last: str
    """Between two things one item has."""
    deeds_last: str
    """Between two different things the user did."""
    leads: Mapping[str, tuple[str, ...]]
    """Kind (COLD_START, CONTRAST: kind and name) -> whole sentences."""
    tails: Mapping[str, tuple[str, ...]]
    """Kind -> a second clause."""
    tails_same: Mapping[str, tuple[str, ...]]
    """Kind -> a second clause about the very item the first one cited."""
    joints: tuple[str, ...]
    """Between two clauses; the first of them fits everywhere."""
    describe: tuple[str, ...]
    nothing_else: tuple[str, ...]
    nothing: tuple[str, ...]
    """When there is no evidence at all."""
    stop: str
    between_sentences: str
    lexicon: Lexicon
    taste: TasteWords
    attribute_aliases: Mapping[str, str] = field(default_factory=dict)
    event_aliases: Mapping[str, str] = field(default_factory=dict)
    digits_grouped: bool = False
    """12,345 rather than 12345."""
    spaced_latin: bool = False
    """Latin names get spaces around them."""

    def event(self, event_type: str) -> str:
        """The event type whose words apply; empty for one without words of its own."""
        key = event_type.strip().casefold().replace(" ", "_").replace("-", "_")
        key = self.event_aliases.get(key, key)
        return key if key in self.verbs or key == "rating" else ""

    def attribute(self, name: str) -> str:
        """The attribute whose words apply; empty for one without words of its own."""
        key = name.strip().casefold().replace(" ", "_").replace("-", "_")
        key = self.attribute_aliases.get(key, key)
        return key if key in self.attributes else ""


@cache
def own_text(code: str) -> str:
    """Everything the patterns of a language say themselves, in lower case, for telling our words
    from an item's."""
    language = load_language(code)
    tables = (language.leads, language.tails, language.tails_same, language.taste.patterns)
    attributes = (*language.attributes.values(), language.attribute_unnamed)
    patterns = [p for table in tables for options in table.values() for p in options]
    patterns += [v.did for verbs in (*language.verbs.values(), language.rated) for v in verbs]
    patterns += [v.cited for verbs in (*language.verbs.values(), language.rated) for v in verbs]
    patterns += [form for words in attributes for form in (words.sg, words.pl)]
    patterns += [
        *language.nothing,
        *language.nothing_else,
        *language.describe,
        *language.nouns.values(),
    ]
    patterns += [*language.taste.nothing, language.taste.times, language.taste.span]
    patterns += [form for forms in language.taste.than.values() for form in forms]
    patterns += [form for forms in language.counted.values() for form in forms]
    patterns += [
        *language.ago,
        *language.window,
        language.it,
        language.also,
        language.both,
        language.something,
    ]
    patterns += [
        language.description,
        language.details,
        language.ever,
        language.you,
        language.list_last,
        language.rated_same,
        "a an",
    ]
    return " ".join(re.sub(r"\{\w+\}", " ", pattern) for pattern in patterns).casefold()


@lru_cache(maxsize=16_384)
def is_own_word(code: str, words: str) -> bool:
    """Whether a value reads like a part of our own sentences, so that it must stand in quotation
    marks."""
    key = words.casefold()
    pattern = rf"(?<!\w){re.escape(key)}(?!\w)" if key.isascii() else re.escape(key)
    return re.search(pattern, own_text(code)) is not None


@cache
def load_language(code: str) -> Language:
    """The language of a tag such as `en`, `zh-CN` or `en_GB`; the region is ignored, empty means
    English."""
    primary = code.replace("_", "-").split("-")[0].casefold() or "en"
    if primary not in language_codes():
        known = ", ".join(language_codes())
        raise UnknownLanguage(f"no explanations in language {code[:40]!r}; there are: {known}")
    language = importlib.import_module(f"{__package__}.{primary}.language").LANGUAGE
    assert isinstance(language, Language)
    return language
