"""The replies in English."""

from __future__ import annotations

from service.dialogue.languages.sentences import Bounds, Sentences
from service.dialogue.reply import About

_HELP = """Say what you would like, and go on from there:
  a western, no horror, before 1980     what you want, and what not
  less violent / something newer        a change to it
  more like 3 / not 2                   by the numbers of the list
  why 1? / what would take 1 off?       the reason, and what it rests on
  more / show                           what comes next / the list again
  undo / start over / quit              take the last thing back / begin again / end"""

ENGLISH = Sentences(
    number=Bounds(
        below="{name} under {high}",
        up_to="{name} at most {high}",
        above="{name} over {low}",
        from_="{name} at least {low}",
        between="{name} {low} to {high}",
    ),
    year=Bounds(
        below="before {high}",
        up_to="{high} or before",
        above="after {low}",
        from_="{low} or later",
        between="{low} to {high}",
    ),
    date=Bounds(
        below="{name} before {high}",
        up_to="{name} until {high}",
        above="{name} after {low}",
        from_="{name} since {low}",
        between="{name} {low} to {high}",
    ),
    names={"created_at": "added"},
    available="available",
    quotes=("“", "”"),
    without="no {value}",
    like="like {title}",
    unlike="not {title}",
    either=" or ",
    chips=", ",
    parts="; ",
    end=".",
    leaning="a leaning, no filter: {chips}",
    unknown="I did not understand {chips}",
    no_wish="No wish yet: this is what suits you as far as is known.",
    price="price {n}",
    replies={
        About.LIST: "{said}",
        About.MORE: "What comes next, from {place} on:",
        About.NOTHING_FITS: "{said} Nothing fits.",
        About.NO_MORE: "That is all that fits.",
        About.WHY: "{place} ({title}): {text}",
        About.CHANGE: "{place} ({title}): {text}",
        About.UNDONE: "Taken back. {said}",
        About.EMPTIED: "Taken back: nothing is asked for now. What would you like?",
        About.NOTHING_TO_UNDO: "There is nothing to take back.",
        About.STARTED_OVER: "Started over. What would you like?",
        About.EXPIRED: "What would you like?",
        About.NO_LIST: "There is no list yet. Say what you would like, such as “a western, no horror”.",
        About.EMPTY: "The list is empty. “undo” takes the last wish back.",
        About.WHICH: "Which one? Name a number of the list, 1 to {n}.",
        About.GONE: "{place} ({title}) is no longer in the catalogue.",
        About.TOO_LONG: "That is too long: say it in {n} characters.",
        About.BUSY: "The server is busy: say it again in a moment.",
        About.HELP: _HELP,
        About.GREETING: "What would you like? “help” says what you can say.",
        About.BYE: "Bye.",
    },
    expired="The answer before is no longer kept, so this starts over.",
    blocked_by="There would be something without {chips}. “undo” takes the last wish back.",
    blocked_together="These together leave nothing: {chips}. “undo” takes the last wish back.",
    nothing_left="There is nothing more in the catalogue for you. “undo” goes back.",
    take_off="Say “not {place}” and it goes.",
    nothing_to_change="Taking away a few things that you did would not take it off the list.",
)
