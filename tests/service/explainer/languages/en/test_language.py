"""English: what is true may be said, and planted lies are caught."""

from __future__ import annotations

import pytest

from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import COLLATERAL, RICH

TRUE = [
    "You rated “Heat (1995)” 5, and 31 people who chose “Heat (1995)” also chose this film.",
    "Because you gave “Heat (1995)” a 5.",
    "“Collateral (2004)” is directed by Michael Mann, like “Heat (1995)”.",
    "Its description is similar to that of “Casino (1995)”, which you watched.",
    "1,204 people chose this film in the last 30 days.",
    "It was chosen more often than 95% of the catalogue.",
    "We recommend “Collateral (2004)” because you rated “Heat (1995)” 5.",
    "Since you gave “Heat (1995)” a 5, we picked this film; it shares its director, Michael Mann, with that one.",
    "Your 5 for “Heat (1995)” led to this.",
    "It's also popular: 1,204 people chose it in the last 30 days.",
    "In its description this movie is similar to “Casino (1995)”, which you've watched.",
]

LIES = {
    "another title": "Because you watched “The Godfather (1972)”.",
    "another title in single quotes": "Because you rated 'Goodfellas' 5.",
    "a title without quotes": "Because you rated Goodfellas highly.",
    "a title altered": "Because you rated “Heat (1996)” 5.",
    "another rating": "You rated “Heat (1995)” 4.",
    "the rating of another item": "You gave “Casino (1995)” a 5.",
    "another event": "Because you bought “Heat (1995)”.",
    "the event of another item": "Because you watched “Heat (1995)”.",
    "a cause that is only similar": "This film is here because you watched “Casino (1995)”.",
    "a cause smuggled into a list": "Because you rated “Heat (1995)” and “Casino (1995)”.",
    "a cause by popularity": "“Casino (1995)” is the reason this film is here.",
    "another number of people": "32 people who chose “Heat (1995)” also chose this film.",
    "people of another kind": "1,204 people who chose “Heat (1995)” also chose this film.",
    "people of another item": "31 people who chose “Casino (1995)” also chose this film.",
    "a vague crowd": "Thousands of people chose this film.",
    "a number in words": "Twelve people chose this film.",
    "another window": "1,204 people chose this film in the last 7 days.",
    "another percentage": "It was chosen more often than 99% of the catalogue.",
    "newness": "This film is new here.",
    "newness by date": "This film was added 3 days ago.",
    "another director": "It is directed by Martin Scorsese, like “Casino (1995)”.",
    "the director is an actor": "This film is directed by Tom Cruise.",
    "an actor": "It has Al Pacino in the cast.",
    "a name to open": "Scorsese made this film.",
    "shared with another item": "Like “Casino (1995)”, it is directed by Michael Mann.",
    "shared but only the item's": "Like “Heat (1995)”, it has Tom Cruise in the cast.",
    "a category": "This film is listed under Comedy.",
    "a category in plain words": "This film is a comedy.",
    "a picture": "It looks much like “Heat (1995)”.",
    "a description of another": "It reads much like “Heat (1995)”.",
    "praise": "This film is a masterpiece.",
    "an award": "This award-winning film is here because you rated “Heat (1995)” 5.",
    "friends": "Your friends chose this film.",
    "people like you": "1,204 people like you chose this film.",
    "a feeling": "You love “Heat (1995)”.",
    "a habit": "You often pick films by Michael Mann.",
    "taste never described": "It comes close to the taste you described.",
    "a filter never set": "It fits the filter of this request.",
    "exploration": "This list leaves room for discovery.",
    "a sequel": "This film is a sequel to “Heat (1995)”.",
    "a price": "This film is on sale.",
    "a time": "Because you rated “Heat (1995)” 5 yesterday.",
    "another language": "因为你给“Heat (1995)”打了 5 分。",
    "markup": "Because you gave **“Heat (1995)”** a 5.",
    "a link": "See https://films.example for more.",
    "a quotation that never ends": "Because you rated “Heat (1995) 5.",
    "a plot": "It follows a detective and a driver through one night in the city.",
    "a mood": "This gripping film is here because you rated “Heat (1995)” 5.",
    "a quality": "Its dialogue is sharp, like “Heat (1995)”.",
    "a comparison of quality": "It is even better than “Heat (1995)”.",
    "an age rating": "This film suits the whole household.",
    "a place": "It was shot in California.",
    "what it would do": "You will laugh at this film.",
    "a cause that is none": "Because this film is popular.",
    "a cause turned round": "You gave “Heat (1995)” a 5 because it is directed by Michael Mann.",
    "people in another's window": "31 people who chose “Heat (1995)” in the last 30 days also chose this film.",
    "a value of one item given to two": "“Heat (1995)” and “Casino (1995)” are both directed by Michael Mann.",
    "the item itself was rated": "You rated “Collateral (2004)” 5.",
    "the item itself was chosen": "You chose “Collateral (2004)”.",
    "a denial": "It is not directed by Michael Mann.",
    "a dislike": "You did not like “Heat (1995)”.",
    "a number of nothing": "It has 5 of 5.",
    "a rank": "This film is ranked first.",
    "a list": "- You rated “Heat (1995)” 5.",
    "shouting": "You rated “Heat (1995)” 5!!",
    "an emoji": "You rated “Heat (1995)” 5 🔥.",
    "letters turned round": "You rated “Heat (1995)” 5\u202e.",
    "digits of another script": "You rated “Heat (1995)” ５.",
    "nothing": " ",
    "far too long": "This film is here and here " + "and here " * 40 + "on this list.",
    "too many sentences": "You rated “Heat (1995)” 5. " * 8,
}


@pytest.mark.parametrize("text", TRUE)
def test_what_the_evidence_supports_passes(text: str) -> None:
    assert verify(text, COLLATERAL, RICH, "en") == []


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_planted_lie_is_caught(lie: str) -> None:
    assert verify(lie, COLLATERAL, RICH, "en") != []
