"""English words about a taste: what was counted may be said, and nothing else."""

from __future__ import annotations

import pytest

from service.explainer.verify.verifier import verify
from tests.service.explainer.made_up import NOBODY, TASTE_FACTS

TRUE = [
    "You often come back to Sci-Fi, such as “Alien (1979)” and “Dune (2021)”: 31 of your 120 choices, 4.2 times as"
    " often as people here.",
    "You keep coming back to Michael Mann.",
    "You come back to Sci-Fi, and you come back to Michael Mann.",
    "9 of your 120 choices are directed by Michael Mann, 12 times as often as among people here.",
    "In March 2017 you turned to Documentary: 14 of the next 20 choices, after 2 of the 30 before.",
    "In March 2017 you turned away from Comedy: 0 of the next 20 choices, after 12 of the 30 before.",
    "Of the 8 in your history that are listed under Western, you turned down 6, such as “Silverado (1985)”.",
    "34 of 60 choices of yours date from 1968 to 1979, earlier than usual here.",
    "100 of your 120 choices are films.",
    "52 of your 120 choices are listed under Drama, such as “Whiplash (2014)”.",
    "Among your 120 choices, 52 are listed under Drama.",
]


LIES = {
    "another value": "You often come back to Romance.",
    "a preference that is none": "You often come back to Western.",
    "a preference of what fell": "You keep coming back to Comedy.",
    "the count of another value": "You often come back to Sci-Fi: 9 of your 120 choices.",
    "another count": "You often come back to Sci-Fi: 32 of your 120 choices.",
    "another total": "You often come back to Sci-Fi: 31 of your 60 choices.",
    "another lift": "You often come back to Sci-Fi: 31 of your 120 choices, 4.3 times as often as people here.",
    "the lift of another value": "You come back to Sci-Fi: 31 of your 120 choices, 12 times as often.",
    "the example of another value": "You often come back to Sci-Fi, such as “Heat (1995)”.",
    "an example that is none": "You often come back to Sci-Fi, such as “Solaris (1972)”.",
    "an example of what was turned down": "You often come back to Sci-Fi, such as “Silverado (1985)”.",
    "numbers of one value beside another": "You come back to Sci-Fi and Michael Mann: 31 of your 120 choices.",
    "the opposite": "You turned away from Sci-Fi.",
    "a change that is none": "In March 2017 you turned to Sci-Fi.",
    "a change the other way": "In March 2017 you turned to Comedy.",
    "another month": "In April 2017 you turned to Documentary.",
    "another year": "In March 2016 you turned to Documentary.",
    "before and after exchanged": "You turned to Documentary: 2 of the next 30, after 14 of the 20 before.",
    "another count before": "In March 2017 you turned to Documentary: 14 of the next 20, after 0 of the 30 before.",
    "an aversion that is none": "Of the 120 in your history that are listed under Sci-Fi, you turned down 31.",
    "another count turned down": "Of the 8 in your history that are listed under Western, you turned down 8.",
    "low ratings": "Of the 8 in your history that are listed under Western, your rating was low for 9.",
    "another range": "34 of 60 choices of yours date from 1970 to 1979, earlier than usual here.",
    "the range of another number": "34 of 60 choices of yours have 1968 to 1979 as their length.",
    "the other side of the range": "34 of 60 choices of yours date from 1968 to 1979, later than usual here.",
    "another count in the range": "31 of 60 choices of yours date from 1968 to 1979, earlier than usual here.",
    "another count of what is frequent": "Among your 120 choices, 31 are listed under Drama.",
    "another total of what is frequent": "Among your 52 choices, 52 are listed under Drama.",
    "a preference of what is frequent": "You keep coming back to Drama: 52 of your 120 choices.",
    "a lift of what is frequent": "52 of your 120 choices are listed under Drama, 4.2 times as often as among people.",
    "frequent and turned down": "Among your 8 choices, 6 are listed under Western.",
    "another domain": "100 of your 120 choices are books.",
    "all of a domain": "120 of your 120 choices are films.",
    "the value of another attribute": "31 of your 120 choices are directed by Sci-Fi, 4.2 times as often.",
    "a value said without what is said of it": "Sci-Fi is what you are about.",
    "a value that is left out": "You often come back to things other than Sci-Fi.",
    "numbers of no value": "That is 31 of your 120 choices, 4.2 times as often as people here.",
    "a habit of no value": "You often come back.",
    "a month of no value": "That was in March 2017.",
    "a second mention": "You often come back to Sci-Fi, and Sci-Fi is what you are given here.",
    "a person": "You often come back to Sci-Fi, as Alice does.",
    "other people": "You often come back to Sci-Fi, like others.",
    "friends": "Your friends often come back to Sci-Fi.",
    "love": "You love Sci-Fi.",
    "a guess at who it is": "You often come back to Sci-Fi, so you are a young man.",
    "less": "You come back to Sci-Fi less and less.",
    "a cause": "You often come back to Sci-Fi because you watched “Dune (2021)”.",
    "always": "You always come back to Sci-Fi.",
    "a wrong deed to an example": "You bought “Dune (2021)”.",
    "another rating of an example": "You rated “Alien (1979)” 1.",
    "a rating of what was not rated": "You rated “Silverado (1985)” 1.",
}


@pytest.mark.parametrize("text", TRUE)
def test_what_was_counted_may_be_said(text: str) -> None:
    assert verify(text, NOBODY, TASTE_FACTS, "en") == []


@pytest.mark.parametrize("lie", LIES.values(), ids=LIES.keys())
def test_a_lie_about_a_taste_is_caught(lie: str) -> None:
    assert verify(lie, NOBODY, TASTE_FACTS, "en") != []
