"""Language: what `LANGUAGE` in `<code>/language.py` must say, so that the template can write the
language and the verifier can read it.

A new language is one new folder `<code>/` beside this file. Nothing else names the languages there
are (see `codes.py`).

Patterns are sentences without their end, with slots. A pattern is used only where every slot it
names has something to say. The slots:

- `this`: the recommended item; `item`: the same, but never a pronoun.
- `did`: what the user did, "you watched X and bought Y".
- `title`: the item a fact is about; `something` stands in when it has no title; `cited`: its title
  with what the user did to it.
- `sg`, `pl`: what one item has, what two have ("is directed by X"); `sg_also`, `pl_both`: the same
  with "also", "both".
- `people`, `items`, `entries`, `percent`: numbers with their noun; `chose`, `chosen`, `choosing`: what
  the people did.
- `titles`: all items of a CHANGE.
- `description` or `details`: the text in which two items are close; `medium`: the noun of the
  modality in which they are.
- `ago`, `window`: times; `ever`: where there is no window.
- `name`: the quoted words of the request; `value`: what of the catalogue answers to them.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from service.explainer.languages.lexicon import Lexicon
from service.explainer.languages.taste_words import TasteWords

RATING = "rating"
"""The event type whose value is told."""
OF_A_MODEL = "said by a model"
"""Key of the words for what a language model says of an item. No attribute of a caller has it: their
keys have no spaces."""
LIKE = "like"
"""The event type that a good rating is, where it is counted."""
ARTICLES = "a an"
"""What the slot `a_value` puts before a number."""


@dataclass(frozen=True, slots=True)
class Verb:
    """What the user did. Slots: `x` the item, `value` the number, `a_value` the number with its
    article."""

    did: str
    cited: str
    """The item, together with what the user did to it, as one noun phrase."""
    said_by: str
    """Regular expression of the words that say that somebody did this."""


@dataclass(frozen=True, slots=True)
class CrowdVerb:
    """What counted people did: "12 people liked both", "was liked by", "with 12 people liking it"."""

    chose: str
    chosen: str
    choosing: str
    said_by: str
    """Regular expression of the words that say that people did this."""


@dataclass(frozen=True, slots=True)
class AttributeWords:
    """How to say that one item has (two items have) an attribute value.

    Slots: `value`, `also` and `both` where these words go, `noun` the attribute's name in the
    general one.
    """

    sg: str
    pl: str
    said_by: str = ""
    """Regular expression of the words that speak of this attribute."""
    binds: str = ""
    """Regular expression of the words around a value `T` that say it is one of this attribute."""


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
    crowd: Mapping[str, CrowdVerb]
    """Event type -> what people who are counted did; the empty type is the fallback. They are
    counted where they liked it, so a rating is `like`."""
    rated: tuple[Verb, ...]
    """A rating whose value is known."""
    rated_item: str
    rated_list: str
    rated_last: str
    rated_same: str
    """Several ratings: one member, the whole, what stands before the last, and the whole when all
    have one value."""
    attributes: Mapping[str, AttributeWords]
    """Attribute name -> words; "category" is the item's category, OF_A_MODEL what a language model
    says of it, the empty name the fallback (slot `noun`)."""
    attribute_unnamed: AttributeWords
    """When the attribute's name is not fit to print."""
    also: str
    both: str
    something: str
    description: str
    """What a person wrote about an item."""
    details: str
    """The title, categories and attributes of an item, where nobody described it."""
    media: Mapping[str, str]
    """Modality -> its noun, for modalities without a kind of similarity of their own. A modality
    that is missing here is called by its name."""
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
    max_line: int
    """Longest line beside a result: words or, in a language without spaces between them, characters;
    see `text.length_of`."""
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

    @property
    def is_spaced(self) -> bool:
        """Whether there are spaces between its words."""
        return self.lexicon.script == "latin"

    def event(self, event_type: str) -> str:
        """The event type whose words apply; empty for one without words of its own."""
        key = _key(event_type)
        key = self.event_aliases.get(key, key)
        return key if key in self.verbs or key == RATING else ""

    def crowd_event(self, event_type: str) -> str:
        """The event type whose words apply to people who are counted; empty for one without words
        of its own."""
        key = self.event(event_type)
        key = LIKE if key == RATING else key
        return key if key in self.crowd else ""

    def attribute(self, name: str) -> str:
        """The attribute whose words apply; empty for one without words of its own."""
        key = _key(name)
        key = self.attribute_aliases.get(key, key)
        return key if key in self.attributes else ""

    def medium(self, modality: str) -> str:
        """The noun of a modality."""
        return self.media.get(modality, modality.replace("_", " ").replace("-", " "))

    def sentence_patterns(self) -> Iterator[str]:
        """Every pattern of a sentence or clause about a fact."""
        for table in (self.leads, self.tails, self.tails_same, self.taste.patterns):
            for patterns in table.values():
                yield from patterns

    def own_phrases(self) -> Iterator[str]:
        """Everything that sentences may say besides facts: patterns and phrases, with their slots."""
        yield from self.sentence_patterns()
        verbs = [verb for ways in (*self.verbs.values(), self.rated) for verb in ways]
        yield from (verb.did for verb in verbs)
        yield from (verb.cited for verb in verbs)
        for did in self.crowd.values():
            yield from (did.chose, did.chosen, did.choosing)
        for words in (*self.attributes.values(), self.attribute_unnamed):
            yield from (words.sg, words.pl)
        yield from (*self.nothing, *self.nothing_else, *self.describe)
        yield from self.nouns.values()
        yield from (*self.taste.nothing, self.taste.times, self.taste.span)
        for forms in (*self.taste.than.values(), *self.counted.values()):
            yield from forms
        yield from (*self.ago, *self.window)
        yield from (self.it, self.also, self.both, self.something)
        yield from (self.description, self.details, self.ever, self.you)
        yield from (self.list_last, self.rated_same, ARTICLES)


def _key(name: str) -> str:
    """How the tables spell a name."""
    return name.strip().casefold().replace(" ", "_").replace("-", "_")
