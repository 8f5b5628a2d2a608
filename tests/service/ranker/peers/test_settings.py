import numpy as np

from service.ranker.data.interactions import Interactions
from service.ranker.peers.settings import LONG_HISTORIES, SHORT_HISTORIES, published_for


def log(lengths: list[int], *, n_users: int | None = None) -> Interactions:
    users = np.repeat(np.arange(len(lengths)), lengths)
    return Interactions.build(users, np.zeros(sum(lengths)), n_users=n_users)


def test_the_mean_history_decides_and_people_without_one_do_not_count() -> None:
    assert published_for(log([40, 60])) is SHORT_HISTORIES
    assert published_for(log([40, 61])) is LONG_HISTORIES
    assert published_for(log([40, 61], n_users=50)) is LONG_HISTORIES


def test_an_empty_log_has_short_histories() -> None:
    assert published_for(log([])) is SHORT_HISTORIES


def test_the_settings_are_those_of_the_published_table() -> None:
    for settings in (SHORT_HISTORIES, LONG_HISTORIES):
        assert (settings.n_factors, settings.n_heads, settings.n_negatives) == (64, 1, 256)
        assert (settings.learning_rate, settings.patience) == (0.001, 50)
    assert (SHORT_HISTORIES.n_blocks, LONG_HISTORIES.n_blocks) == (1, 2)
    assert (SHORT_HISTORIES.max_length, LONG_HISTORIES.max_length) == (50, 200)
    assert (SHORT_HISTORIES.max_epochs, LONG_HISTORIES.max_epochs) == (200, 100)
    assert (SHORT_HISTORIES.dropout, LONG_HISTORIES.dropout) == (0.2, 0.1)
