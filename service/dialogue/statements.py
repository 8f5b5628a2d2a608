"""Statements: what a reply says, sorted by what it says of it, for a language model to phrase.

The rest of a reply is the same in whatever words: that nothing fits and what would help, how an item
is taken off, that it starts over. Knows no model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.dialogue.languages.manners import Role
from service.dialogue.languages.sentences import Sentences
from service.dialogue.reply import About, Reply
from service.dialogue.understood import Chips
from service.explainer.template.slots import cited_title

SAYING = frozenset({About.LIST, About.UNDONE, About.NOTHING_FITS})
"""Replies that say what was understood."""


@dataclass(frozen=True, slots=True)
class Statement:
    """Facts of which the same is said."""

    role: Role
    facts: Sequence[str]
    """As a sentence is to have them, each once."""


def statements_of(reply: Reply, sentences: Sentences) -> list[Statement]:
    """In the order in which they are said; none where a reply says nothing of its own."""
    if reply.about is About.CHANGE:
        stated = {Role.REMOVAL: _removed(reply, Chips(sentences, {}))}
    elif reply.about in SAYING:
        stated = _understood(reply, Chips(sentences, reply.titles))
    else:
        stated = {}
    told = {role: [fact for fact in facts if fact] for role, facts in stated.items()}
    return [Statement(role, facts) for role, facts in told.items() if facts]


def _understood(reply: Reply, chips: Chips) -> dict[Role, list[str]]:
    return {
        Role.ASKED: chips.firm(reply.parts),
        Role.LEANING: chips.leaning(reply.parts),
        Role.UNKNOWN: list(dict.fromkeys(chips.quoted(part.text) for part in reply.unknown)),
    }


def _removed(reply: Reply, chips: Chips) -> list[str]:
    """Titles, where each has one."""
    change = None if reply.explanation is None else reply.explanation.change
    titles = [] if change is None else [cited_title(e.item_id, e.title) for e in change.evidence]
    return list(dict.fromkeys(map(chips.quoted, titles)))
