"""Nobody is a log without people, for whoever counts people."""

from __future__ import annotations

from indexer.catalog.event import EventPolicy
from indexer.catalog.rating_habits import RatingHabits
from service.reasons.crowd import Crowd
from service.reasons.crowds import Crowds
from service.storage.liking import Liking
from service.storage.nobody import Nobody


def test_nobody_rates_and_nobody_chose_anything() -> None:
    liking = Liking(EventPolicy(), Nobody())
    assert liking.habits == RatingHabits()
    crowd = Crowds(Nobody(), liking).now(5)
    assert isinstance(crowd, Crowd)
    assert crowd.counts.tolist() == [0] * 5
    assert crowd.of_item(3).count == 0
    assert Nobody().users_count() == Nobody().last_seq() == 0
