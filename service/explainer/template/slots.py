"""Slots: one fact, or a few that belong together, as the phrases that a pattern can use.

This module owns quoting, numbers, lists and which word goes with which event. It does not select
patterns.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from service.explainer.evidence import (
    DESCRIPTION,
    OF_WORDS,
    PEOPLE,
    TELLING,
    Evidence,
    EvidenceKind,
    Role,
    Subject,
)
from service.explainer.languages.language import (
    OF_A_MODEL,
    RATING,
    AttributeWords,
    Language,
    Verb,
)
from service.explainer.languages.loading import is_own_word
from service.explainer.text import (
    MAX_NAME_CHARACTERS,
    MAX_VALUE_CHARACTERS,
    clean,
    first_words,
    is_cjk,
    is_plain,
    number,
)

MAX_CATEGORIES = 3
SHORT_TITLES = (6, 4, 2)
"""Words that are left of a long title where a line has no room for more."""
MAX_ATTRIBUTE_NAME_CHARACTERS = 30


class Slots:
    """Phrases about one subject in one language; remembers which titles were mentioned."""

    def __init__(
        self,
        language: Language,
        subject: Subject,
        style: int = 0,
        by_title: bool = False,
        title_words: int = 0,
    ) -> None:
        """`style` says which of several equal words to prefer. `by_title` calls the subject by its
        title throughout. `title_words` shortens longer titles to so many words; 0 does not."""
        self._language = language
        self._subject = subject
        self._style = style
        self._by_title = by_title
        self._title_words = title_words
        self._mentioned: set[str] = set()

    def name_subject(self, in_full: bool) -> str:
        """Its title in quotes, or "this film" where the place says which."""
        title = cited_title(self._subject.item_id, self._subject.title)
        if title and (in_full or self._by_title):
            return self._quote_title(title, self._subject.domain)
        nouns = self._language.nouns
        return nouns.get(self._subject.domain.strip().casefold(), nouns[""])

    def mention(self, evidence: Sequence[Evidence]) -> None:
        """From now on these items are called by their title alone."""
        self._mentioned.update(cited_title(e.item_id, e.title) for e in evidence)

    def of(self, evidence: Sequence[Evidence], this: str) -> dict[str, str]:
        """Slot -> phrase for facts of one kind, or shared values of one item.

        What cannot be said is empty or missing.
        """
        fact = evidence[0]
        slots = self._about_item(fact, this)
        if fact.kind is EvidenceKind.HISTORY:
            slots["did"] = self._deeds([e for e in evidence if self._title(e)])
            if len(evidence) > 1:  # one title would hide the other
                slots["title"] = slots["cited"] = ""
        elif fact.kind is EvidenceKind.CHANGE:
            slots["titles"] = self._join([self._title(e) for e in evidence])
        elif fact.kind.role is Role.SHARED:
            slots |= self._shared(evidence)
        elif fact.kind.role is Role.SIMILAR:
            slots |= self._similar(fact)
        if len(evidence) == 1:
            slots |= self._numbers(fact)
        if TELLING[fact.kind].counts == PEOPLE:
            did = self._language.crowd[self._language.crowd_event(fact.name)]
            slots |= {"chose": did.chose, "chosen": did.chosen, "choosing": did.choosing}
        if fact.kind in OF_WORDS:
            slots["value"] = self._quote(clean(fact.value, MAX_VALUE_CHARACTERS))
        if fact.name and TELLING[fact.kind].quotes_name:
            slots["name"] = self._quote(clean(fact.name, MAX_NAME_CHARACTERS))
        return slots

    def categories(self) -> str:
        """What the subject is listed under, as a predicate; empty when it has no category."""
        named = [c for c in self._subject.categories if not c.startswith("(")]
        values = [v for v in (self._value(c) for c in named[:MAX_CATEGORIES]) if v]
        if not values:
            return ""
        return self._language.attributes["category"].sg.format(value=self._join(values), also="")

    def _about_item(self, fact: Evidence, this: str) -> dict[str, str]:
        """The slots for the subject and for the item that a fact is about."""
        title = self._title(fact)
        cited = title
        if title and cited_title(fact.item_id, fact.title) not in self._mentioned:
            cited = self._say(self._verb(fact).cited, fact, title)
        return {
            "this": this,
            "item": "" if this == self._language.it else this,
            "title": title,
            "cited": cited,
            "something": "" if title else self._language.something,
        }

    def _title(self, fact: Evidence) -> str:
        title = cited_title(fact.item_id, fact.title)
        return self._quote_title(title, fact.domain or self._subject.domain) if title else ""

    def _quote_title(self, title: str, domain: str) -> str:
        language = self._language
        is_work = domain.strip().casefold() in language.work_domains
        left, right = language.work_quotes if is_work else language.quotes
        if self._title_words:
            title = first_words(title, self._title_words)
        return f"{left}{title}{right}"

    def _quote(self, text: str) -> str:
        left, right = self._language.quotes
        return f"{left}{text}{right}" if text else ""

    def _value(self, value: str) -> str:
        """A value as it stands in a sentence: quoted where it must be."""
        value = clean(value, MAX_VALUE_CHARACTERS)
        if not value:
            return ""
        if not stands_unquoted(value, self._language):
            return self._quote(value)
        is_foreign = self._language.spaced_latin and not is_cjk(value[0])
        return f" {value} " if is_foreign else value

    def _similar(self, fact: Evidence) -> dict[str, str]:
        """What two items are close in, for kinds that tell more than one thing apart."""
        language = self._language
        if fact.kind is EvidenceKind.MEDIA_SIMILARITY:
            return {"medium": self._value(language.medium(fact.name))}
        if fact.kind is EvidenceKind.TEXT_SIMILARITY:
            is_description = fact.name == DESCRIPTION
            return {
                "description": language.description if is_description else "",
                "details": "" if is_description else language.details,
            }
        return {}

    def _shared(self, evidence: Sequence[Evidence]) -> dict[str, str]:
        """What is shared as predicates; values of one attribute go into one: "is listed under Crime
        and Drama"."""
        values: dict[tuple[AttributeWords, str], list[str]] = {}
        for fact in evidence:
            value = self._value(fact.value)
            if value:
                is_model = fact.kind is EvidenceKind.ASPECT  # one "described as" for all aspects
                noun = "" if is_model else printable_name(fact.name, self._language)
                values.setdefault((self._attribute_words(fact), noun), []).append(value)

        def predicates(form: str, word: str) -> str:
            """`word` goes into the first predicate only: "is also directed by X and has Y in the
            cast"."""
            parts: list[str] = []
            for (words, noun), members in values.items():
                said = "" if parts else word
                pattern = words.sg if form == "sg" else words.pl
                value = self._join(members)
                parts.append(pattern.format(value=value, noun=noun, also=said, both=said))
            return self._join(parts, self._language.predicates_last)

        return {
            "sg": predicates("sg", ""),
            "sg_also": predicates("sg", self._language.also),
            "pl": predicates("pl", ""),
            "pl_both": predicates("pl", self._language.both),
        }

    def _attribute_words(self, fact: Evidence) -> AttributeWords:
        language = self._language
        key = attribute_key(fact, language)
        if not key and not printable_name(fact.name, language):
            return language.attribute_unnamed
        return language.attributes.get(key, language.attributes[""])

    def _numbers(self, fact: Evidence) -> dict[str, str]:
        language = self._language
        slots = {}
        slot = TELLING[fact.kind].counts
        if slot and fact.count > 0:
            slots[slot] = self._counted(language.counted[slot], fact.count)
        if fact.kind is EvidenceKind.NEWNESS:
            form = language.ago[min(max(fact.count, 0), 2)]
            slots["ago"] = form.format(n=self._count(fact.count))
        if fact.kind is EvidenceKind.POPULARITY:
            if fact.window_days > 0:
                slots["window"] = self._counted(language.window, fact.window_days)
            else:
                slots["ever"] = language.ever
            if fact.percentile > 0:
                slots["percent"] = language.percent.format(n=percent(fact.percentile))
        return slots

    def _counted(self, forms: tuple[str, str], count: int) -> str:
        one, many = forms
        return (one if count == 1 else many).format(n=self._count(count))

    def _count(self, count: int) -> str:
        return f"{count:,}" if self._language.digits_grouped else str(count)

    def _verb(self, fact: Evidence) -> Verb:
        language = self._language
        event = language.event(fact.event_type)
        options = language.rated if event == RATING and _rating(fact) else language.verbs[event]
        return options[self._style % len(options)]

    def _say(self, pattern: str, fact: Evidence, x: str) -> str:
        value = _rating(fact)
        return pattern.format(x=x, value=value, a_value=_with_article(value))

    def _deeds(self, evidence: Sequence[Evidence]) -> str:
        """What the user did: `you rated A 5`, `you watched A and B`, `you gave A a 5 and B a 4.5`,
        `you watched A and bought B`."""
        groups: dict[tuple[str, bool], list[Evidence]] = {}
        for fact in evidence:
            event = self._language.event(fact.event_type)
            is_rated = event == RATING and _rating(fact) != ""
            groups.setdefault((event, is_rated), []).append(fact)
        if not groups:
            return ""
        deeds = [self._deed(facts, is_rated) for (_, is_rated), facts in groups.items()]
        return self._language.you.format(deed=self._join(deeds, self._language.deeds_last))

    def _deed(self, facts: Sequence[Evidence], is_rated: bool) -> str:
        """The same thing done to one or more items."""
        language = self._language
        titles = [self._title(fact) for fact in facts]
        if not is_rated or len(facts) == 1:
            return self._say(self._verb(facts[0]).did, facts[0], self._join(titles))
        if len({_rating(fact) for fact in facts}) == 1:
            return self._say(language.rated_same, facts[0], self._join(titles))
        members = [
            self._say(language.rated_item, fact, title)
            for fact, title in zip(facts, titles, strict=True)
        ]
        return language.rated_list.format(x=self._join(members, language.rated_last))

    def _join(self, parts: Sequence[str], last: str = "") -> str:
        """The parts as a list in words; `last` stands before the last one, else `list_last`."""
        if len(parts) < 2:
            return "".join(parts)
        head = self._language.list_separator.join(parts[:-1])
        return head + (last or self._language.list_last) + parts[-1]


def short_titles(title: str) -> Iterator[str]:
    """What a title may be shortened to."""
    yield from (first_words(title, n) for n in SHORT_TITLES)


def cited_title(item_id: str, title: str) -> str:
    """What an item is called: its title, or its id where there is none."""
    return clean(title) or clean(item_id)


def attribute_key(fact: Evidence, language: Language) -> str:
    """The attribute that a fact's value is one of, as the language's tables call it; empty where
    they do not."""
    if fact.kind is EvidenceKind.DOMAIN:
        return "domain"
    if fact.kind is EvidenceKind.CATEGORY:
        return "category"
    if fact.kind is EvidenceKind.ASPECT:
        return OF_A_MODEL
    if not fact.name and fact.kind is not EvidenceKind.ATTRIBUTE:
        return "category"
    return language.attribute(fact.name)


def stands_unquoted(value: str, language: Language) -> bool:
    """Whether a value needs no quotation marks: short, a name or a year, and none of the words
    around it."""
    is_bare_number = value.isdigit() and len(value) != len("1999")
    return is_plain(value) and not is_bare_number and not is_own_word(language.code, value)


def percent(percentile: float) -> str:
    """Whole per cent, never more than it is; below 100 unless it is all."""
    whole = math.floor(percentile * 100 + 1e-9)
    return str(max(0, min(100, whole)))


def printable_name(name: str, language: Language) -> str:
    """An attribute's name as words; empty when it is not fit to print: no word, or one of the words
    around it."""
    spaced = name.replace("_", " ").replace("-", " ").casefold()
    words = " ".join(spaced.split()).removesuffix(" name")
    is_short_word = words.replace(" ", "").isalpha() and len(words) <= MAX_ATTRIBUTE_NAME_CHARACTERS
    return words if is_short_word and not is_own_word(language.code, words) else ""


def _rating(fact: Evidence) -> str:
    value = fact.event_value
    return number(value) if value is not None and math.isfinite(value) else ""


def _with_article(value: str) -> str:
    """`a 5`, `an 8`, `an 11`, `an 18`. Languages without articles do not use it."""
    whole = value.split(".")[0]
    begins_with_vowel = whole in ("11", "18") or whole.startswith("8")
    return f"{'an' if begins_with_vowel else 'a'} {value}"
