"""Deeds: what a sentence says that the user, or other people, did.

"Liked" needs a like or, of people who are counted, ratings that liked; "bought" a purchase; and so
on, of the very item and the very people. This module owns whose deed a verb is. It owns no words
(see `languages/lexicon.py`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import replace
from functools import cache

from service.explainer.evidence import OF_PEOPLE, Evidence
from service.explainer.languages.language import RATING
from service.explainer.languages.lexicon import Unit
from service.explainer.languages.loading import load_language
from service.explainer.verify.checks import Sentence, clauses, fields_of, numeral, units_of
from service.explainer.verify.expressions import NUMBER, compiled, find_all, search


def check_deeds(sentence: Sentence) -> Iterator[str]:
    """What the user and other people are said to have done, and to which item."""
    theirs = list(_deeds_of_people(sentence))
    yield from _check_people(sentence, theirs)
    yield from _check_user_verbs(sentence)
    mine = sentence.text
    for start, end in ((match.start(), match.end()) for match, _ in theirs):
        mine = mine[:start] + " " * (end - start) + mine[end:]
    sentence = replace(sentence, text=mine)
    for verb, events in _verbs(sentence.language.code).items():
        found = search(verb, sentence.text, sentence.language)
        if not found:
            continue
        if "" in events:
            yield from _check_chosen(sentence, verb, found)
        else:
            yield from _check_done(sentence, verb, events, found)


def _check_chosen(sentence: Sentence, verb: str, found: str) -> Iterator[str]:
    """ "Chose" is true of anything the user did, and of other people."""
    lexicon = sentence.language.lexicon
    by_user = lexicon.you + lexicon.verb_of.replace("VERB", f"(?:{verb})")
    for match in find_all(by_user, sentence.text, sentence.language):
        objects = sentence.masked.of(match.group())
        if any(not mention.cited and not mention.is_named_otherwise for mention in objects):
            yield f"says {found!r} of an item the user had nothing to do with"


def _check_done(sentence: Sentence, verb: str, events: frozenset[str], found: str) -> Iterator[str]:
    """Any other verb needs its event, on the very item it is said of."""
    language, lexicon = sentence.language, sentence.language.lexicon
    if not any(language.event(e.event_type) in events for e in sentence.scope):
        yield f"says {found!r}, which is not what the user did"
    with_object = lexicon.verb_of.replace("VERB", f"(?:{verb})")
    for match in find_all(with_object, sentence.text, language):
        for mention in sentence.masked.of(match.group()):
            done = {language.event(e.event_type) for e in mention.cited}
            if not mention.is_named_otherwise and not events & done:
                yield f"says {found!r} of an item to which the user did something else"
    if search(lexicon.user_did.replace("VERB", verb), sentence.text, language):
        yield f"says {found!r} of something the evidence does not name"


def _check_user_verbs(sentence: Sentence) -> Iterator[str]:
    """After "you" stands a verb of an event, or one of the allowed."""
    lexicon = sentence.language.lexicon
    if not lexicon.user_verbs:
        return
    verbs = _verbs(sentence.language.code)
    for match in find_all(lexicon.user_verbs, sentence.text, sentence.language):
        places = (match.start(), match.start(1))
        is_verb = any(
            compiled(verb, True).match(sentence.text, place) for verb in verbs for place in places
        )
        if not is_verb and match.group(1) not in lexicon.user_verbs_allowed:
            yield f"says something about the user: {match.group()!r}"


def _deeds_of_people(sentence: Sentence) -> Iterator[tuple[re.Match[str], frozenset[str]]]:
    """Every verb whose subject is people, and the event types of which it is true.

    The subject is whoever stands nearest before the verb. Where nobody does ("liked by 12 people")
    it is people if they are in the clause at all.
    """
    lexicon, language = sentence.language.lexicon, sentence.language
    for start, clause in clauses(sentence):
        people = [match.start() for match in find_all(lexicon.crowd, clause, language)]
        users = [match.start() for match in find_all(lexicon.user, clause, language)]
        if not people:
            continue
        end = start + len(clause)
        for verb, events in _verbs_of_people(language.code).items():
            for match in find_all(verb, sentence.text, language):
                if not start <= match.start() < end:
                    continue
                place = match.start() - start
                nearest_user = max((one for one in users if one <= place), default=-1)
                nearest_people = max((one for one in people if one < place), default=-1)
                if nearest_people > nearest_user or nearest_user < 0:
                    yield match, events


def _check_people(
    sentence: Sentence, deeds: Sequence[tuple[re.Match[str], frozenset[str]]]
) -> Iterator[str]:
    """What people are said to have done must be what those who are counted did: one fact has the
    deed, and every number of the clause."""
    units, language = units_of(sentence), sentence.language
    facts = [fact for fact in sentence.scope if fact.kind in OF_PEOPLE]
    spans = [(start, start + len(clause)) for start, clause in clauses(sentence)]
    for match, events in deeds:
        start, end = next(span for span in spans if span[0] <= match.start() < span[1])
        counted = [
            (units[one.start()], numeral(one.group()))
            for one in re.finditer(NUMBER, sentence.text)
            if start <= one.start() < end and one.start() in units
        ]
        counted = [(unit, number) for unit, number in counted if unit.kinds & OF_PEOPLE]
        if not any(
            language.crowd_event(fact.name) in events or "" in events
            for fact in facts
            if all(_counts(fact, unit, number) for unit, number in counted)
        ):
            yield f"says {match.group().strip()!r} of people who did something else"


def _counts(fact: Evidence, unit: Unit, number: float) -> bool:
    return fact.kind in unit.kinds and fields_of(fact)[unit.field] == number


@cache
def _verbs(code: str) -> dict[str, frozenset[str]]:
    """Expression of a verb -> event types of which it is true."""
    language = load_language(code)
    events: dict[str, set[str]] = {}
    for event, verbs in [*language.verbs.items(), (RATING, language.rated)]:
        for verb in verbs:
            events.setdefault(verb.said_by, set()).add(event)
    return {said_by: frozenset(types) for said_by, types in events.items()}


@cache
def _verbs_of_people(code: str) -> dict[str, frozenset[str]]:
    """Expression of a verb -> event types of people of which it is true. A verb that is only ever
    the user's is true of none."""
    language = load_language(code)
    own = {verb.said_by: frozenset([event]) for event, verb in language.crowd.items()}
    of_user = {said_by: events & language.crowd.keys() for said_by, events in _verbs(code).items()}
    return of_user | own
