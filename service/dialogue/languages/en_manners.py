"""What a language model may reply with in English."""

from __future__ import annotations

from service.dialogue.languages.manners import Manner, Manners, Role

_WORDS = "a also an and are as for i in is it it's its now of okay on please so still that the then these this to"
"""Without "here": what was asked for may be what nothing has."""

ENGLISH = Manners(
    language="English",
    is_spaced=True,
    of={
        Role.ASKED: Manner(
            example="You asked for {facts}.",
            words=f"{_WORDS} asked got have heard looking said sure understood what wish with you your",
        ),
        Role.LEANING: Manner(
            example="I lean towards {facts}, which is no filter.",
            words=f"{_WORDS} here i'm just list only wish your",
            needed=[
                [
                    "lean towards",
                    "leans towards",
                    "leaning towards",
                    "lean toward",
                    "leans toward",
                    "leaning toward",
                    "a leaning",
                    "a preference",
                    "prefer",
                ]
            ],
            allowed=[
                "no filter",
                "which is no filter",
                "not a filter",
                "which is not a filter",
                "nothing is left out",
                "nothing is left out for it",
                "nothing is left out for that",
                "without leaving anything out",
            ],
        ),
        Role.UNKNOWN: Manner(
            example="I did not understand {facts}.",
            words="and but here i in is it of sorry so that the this what you your wish",
            needed=[
                [
                    "did not understand",
                    "didn't understand",
                    "do not understand",
                    "don't understand",
                    "could not understand",
                    "couldn't understand",
                    "did not quite understand",
                    "didn't quite understand",
                    "could not make sense of",
                    "couldn't make sense of",
                    "not understood",
                ]
            ],
            allowed=["you said"],
        ),
        Role.REMOVAL: Manner(
            example="Without {facts}, it would drop off your list.",
            words="and history in just of so the then your",
            needed=[
                ["without"],
                [
                    "it would drop off your list",
                    "it would fall off your list",
                    "it would leave your list",
                    "it would not be on your list",
                    "it wouldn't be on your list",
                    "it would no longer be on your list",
                ],
            ],
        ),
    },
)
