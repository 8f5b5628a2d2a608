"""English words about a person's taste, and what the verifier watches for in them. Data only."""

from __future__ import annotations

from service.explainer.evidence import HIGHER, LOWER
from service.explainer.evidence import EvidenceKind as Kind
from service.explainer.languages.lexicon import GuardedWords, Unit
from service.explainer.languages.taste_words import TasteWords

CHOSEN = frozenset({Kind.PREFERENCE, Kind.FREQUENT, Kind.DOMAIN, Kind.RANGE})
CHANGED = frozenset({Kind.RISE, Kind.FALL})
AVERSION = frozenset({Kind.AVERSION})

_SINCE_THEN = (
    "{count} of the next {total} choices, after {earlier_count} of the {earlier_total} before"
)

TASTE = TasteWords(
    patterns={
        "preference": (
            "you often come back to {value}, such as {titles}: {count} of your {total} choices, {times} as often as"
            " people here",
            "you keep coming back to {value}, such as {titles}: {count} of your {total} choices, {times} as often as"
            " people here",
            "{count} of your {total} choices {pl}, such as {titles}, {times} as often as among people here",
            "you often come back to {value}: {count} of your {total} choices, {times} as often as people here",
            "{count} of your {total} choices {pl}, {times} as often as among people here",
        ),
        "rise": (
            f"in {{since}} you turned to {{value}}, such as {{titles}}: {_SINCE_THEN}",
            f"since {{since}} more of your choices {{pl}}, such as {{titles}}: {_SINCE_THEN}",
            f"since {{since}} more of your choices {{pl}}: {_SINCE_THEN}",
        ),
        "fall": (
            f"in {{since}} you turned away from {{value}}: {_SINCE_THEN}",
            f"since {{since}} fewer of your choices {{pl}}: {_SINCE_THEN}",
        ),
        "aversion": (
            "of the {total} in your history that {pl}, you turned down {count}, such as {titles}",
            "of the {total} in your history that {pl}, you turned down {count}",
        ),
        "aversion.rating": (
            "of the {total} in your history that {pl}, your rating was low for {count}, such as {titles}",
            "of the {total} in your history that {pl}, your rating was low for {count}",
        ),
        "range": ("{count} of {total} choices of yours {pl}, {than}",),
        "frequent": (
            "{count} of your {total} choices {pl}, such as {titles}",
            "among your {total} choices, {count} {pl}, such as {titles}",
            "{count} of your {total} choices {pl}",
        ),
        "domain": ("{count} of your {total} choices are {value}",),
        "taste": ("you described your taste as {name}",),
    },
    nothing=("nothing in your choices stands out so far", "so far nothing in your choices stands out"),
    binds={
        Kind.PREFERENCE: r"(?:come|coming) back to T|of your N choices PL",
        Kind.RISE: r"turned to T|more of your choices PL",
        Kind.FALL: r"turned away from T|fewer of your choices PL",
        Kind.AVERSION: r"in your history that PL",
        Kind.RANGE: r"choices of yours PL",
        Kind.FREQUENT: r"of your N choices PL|among your N choices, N PL",
        Kind.DOMAIN: r"of your N choices are T",
    },
    times="{n} times",
    month="{month} {year}",
    months=(
        "January", "February", "March", "April", "May", "June",
        "July", "August", "September", "October", "November", "December",
    ),
    span="{low} to {high}",
    than={
        "": ("more than usual here", "less than usual here"),
        "year": ("later than usual here", "earlier than usual here"),
    },
)  # fmt: skip

GUARDED = (
    GuardedWords(r"(?<!more )often|times as|(?:come|coming) back", frozenset({Kind.PREFERENCE})),
    GuardedWords(r"people here", frozenset({Kind.PREFERENCE})),
    GuardedWords(r"turned to|more of", frozenset({Kind.RISE})),
    GuardedWords(r"turned away|fewer", frozenset({Kind.FALL})),
    GuardedWords(r"turned down|low", AVERSION),
    GuardedWords(r"turned(?! (?:to|away|down))|less(?! than usual)"),
    GuardedWords(r"(?:more|later) than usual", frozenset({Kind.RANGE}), named=HIGHER),
    GuardedWords(r"(?:less|earlier) than usual", frozenset({Kind.RANGE}), named=LOWER),
    GuardedWords(r"such as", frozenset({Kind.EXAMPLE})),
)

UNITS = (
    Unit(r"N(?= of (?:your N choices|N choices of yours))", "count", CHOSEN),
    Unit(r"of (?:your N choices|N choices of yours)", "total", CHOSEN),
    Unit(r"N times", "lift", frozenset({Kind.PREFERENCE})),
    Unit(r"among your N choices", "total", frozenset({Kind.FREQUENT})),
    Unit(r"(?<=choices, )N", "count", frozenset({Kind.FREQUENT})),
    Unit(r"N(?= of the next)", "count", CHANGED),
    Unit(r"of the next N", "total", CHANGED),
    Unit(r"N(?= of the N before)", "earlier_count", CHANGED),
    Unit(r"of the N before", "earlier_total", CHANGED),
    Unit(r"(?:turned down|low for) N", "count", AVERSION),
    Unit(r"of the N in your history", "total", AVERSION),
)
"""More telling than the other units, so they come first."""
