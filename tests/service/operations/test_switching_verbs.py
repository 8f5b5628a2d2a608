"""Every verb is that of the recommender that serves, and what changes something waits for others who
change the same."""

from __future__ import annotations

import inspect
import threading
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.api import services
from service.errors import TrainingUnderway
from service.operations.switching import Switching
from service.recommender import Recommender
from service.storage.pseudonyms import Pseudonyms

VERBS = sorted(
    verb
    for protocol in (
        services.IndexService,
        services.RecommendService,
        services.ExplainService,
        services.ModelService,
        services.UserService,
    )
    for verb in vars(protocol)
    if not verb.startswith("_") and verb != "change_encoders"
)
LOCKED = {
    "_items": {"index_items", "delete_items"},
    "_users": {
        "record_events",
        "delete_events",
        "put_user",
        "set_consent",
        "delete_user",
        "merge_users",
    },
}


class Told:
    """Answers every verb with its name and arguments."""

    workspace = SimpleNamespace(folder=SimpleNamespace(pseudonyms=Pseudonyms()))

    def __getattr__(self, verb: str) -> Any:
        return lambda *arguments, **named: (verb, arguments, named)


def _switching() -> Switching:
    return Switching(cast(Recommender, Told()))


def _arguments(verb: str) -> tuple[list[str], dict[str, str]]:
    """Something for every parameter, those that have no place by name."""
    _, *parameters = inspect.signature(getattr(Recommender, verb)).parameters.values()
    by_name = {one.name: one.name for one in parameters if one.kind is one.KEYWORD_ONLY}
    return [one.name for one in parameters if one.name not in by_name], by_name


@pytest.mark.parametrize("verb", [*VERBS, "loaded"])
def test_a_verb_is_that_of_the_recommender_with_all_its_arguments(verb: str) -> None:
    by_place, by_name = _arguments(verb)
    told = getattr(_switching(), verb)(*by_place, **by_name)
    assert told == (verb, tuple(by_place), by_name)


@pytest.mark.parametrize("verb", [*VERBS, "loaded"])
def test_a_verb_reads_like_that_of_the_recommender(verb: str) -> None:
    ours, theirs = getattr(Switching, verb), getattr(Recommender, verb)
    assert inspect.signature(ours) == inspect.signature(theirs)
    assert (ours.__name__, ours.__doc__) == (verb, theirs.__doc__)


@pytest.mark.parametrize("lock", LOCKED)
@pytest.mark.parametrize("verb", VERBS)
def test_what_changes_something_waits_for_who_changes_the_same_and_nothing_else_does(
    verb: str, lock: str
) -> None:
    palate = _switching()
    by_place, by_name = _arguments(verb)
    answered = threading.Event()

    def ask() -> None:
        getattr(palate, verb)(*by_place, **by_name)
        answered.set()

    asking = threading.Thread(target=ask)
    with getattr(palate, lock):
        asking.start()
        waits = not answered.wait(0.05 if verb in LOCKED[lock] else 20)
    asking.join(20)
    assert (waits, answered.is_set()) == (verb in LOCKED[lock], True)


def test_a_second_training_is_refused_and_other_verbs_are_answered() -> None:
    palate = _switching()
    with palate._training:
        with pytest.raises(TrainingUnderway):
            palate.train(print, seed=0, force=False, incremental=False)
        with pytest.raises(TrainingUnderway):
            palate.change_encoders(print, text="two", image="")
        assert palate.list_models() == ("list_models", (), {})
