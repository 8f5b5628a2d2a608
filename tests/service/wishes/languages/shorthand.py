"""What was read of a wish, in one line, for tables of utterances.

want western | without songs | price <50 | year 1970..1979 | newness up | like #3 | unlike 'Heat'
"""

from __future__ import annotations

from service.wishes.clause import Limit, Parsed, Quantity, Reference


def shorthand(parsed: Parsed) -> str:
    """Clauses, then limits, then references, each in the order in which they were said."""
    return " | ".join(
        [
            *(f"{clause.stance} {clause.words}" for clause in parsed.clauses),
            *map(_limit, parsed.limits),
            *map(_reference, parsed.references),
        ]
    )


def _limit(limit: Limit) -> str:
    name = limit.noun if limit.quantity is Quantity.NAMED else limit.quantity.value
    if limit.direction:
        return f"{name} {'up' if limit.direction > 0 else 'down'}"
    if limit.low is not None and limit.high is not None:
        return f"{name} {limit.low:g}..{limit.high:g}"
    sign, bound = (">", limit.low) if limit.high is None else ("<", limit.high)
    return f"{name} {sign}{'' if limit.strict else '='}{bound:g}"


def _reference(reference: Reference) -> str:
    named = f"#{reference.place}" if reference.place else repr(reference.title)
    return f"{'like' if reference.like else 'unlike'} {named}"
