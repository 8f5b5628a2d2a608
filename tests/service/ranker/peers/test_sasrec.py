import logging
import sys
from dataclasses import replace

import numpy as np
import pytest
import torch

from service.ranker.data.interactions import Interactions
from service.ranker.peers import sasrec
from service.ranker.peers.encoder import HistoryEncoder
from service.ranker.peers.sasrec import PeersUnavailable, SasRec
from service.ranker.peers.settings import SHORT_HISTORIES

NOBODY = np.array([], dtype=np.int64)
ROUND = 40
"""Items of the circle: many more than the ten that an epoch is judged by."""
N_ITEMS = ROUND + 1
TINY = replace(
    SHORT_HISTORIES,
    n_factors=16,
    max_length=8,
    n_negatives=8,
    learning_rate=0.01,
    max_epochs=12,
    batch_size=32,
)


def _installed() -> bool:
    try:
        sasrec._library()
    except PeersUnavailable:
        return False
    return True


needs_the_library = pytest.mark.skipif(not _installed(), reason="palate[peers] is not installed")


def circle() -> Interactions:
    """Everybody goes round 0 -> 1 -> ... -> 39 -> 0 from a place of their own, six steps; item 40
    is met by nobody."""
    items = [(user + step) % ROUND for user in range(160) for step in range(6)]
    return Interactions.build(np.repeat(np.arange(160), 6), items, n_items=N_ITEMS)


@pytest.fixture(scope="module", params=[False, True], ids=["sasrec", "esasrec"])
def fitted(request: pytest.FixtureRequest) -> SasRec:
    if not _installed():
        pytest.skip("palate[peers] is not installed")
    return SasRec(gated=request.param, settings=TINY).fit(circle())


def place(model: SasRec, history: list[int], item: int) -> int:
    """How many items that are not in the history score more than this one."""
    scores = model.scores([np.array(history)])[0]
    scores[history] = -np.inf
    return int((scores > scores[item]).sum())


def test_what_always_comes_next_is_among_the_ten_that_an_epoch_is_judged_by(
    fitted: SasRec,
) -> None:
    places = [place(fitted, [i, (i + 1) % ROUND], (i + 2) % ROUND) for i in range(ROUND)]
    assert max(places) < 10
    assert np.median(places) < 3


@needs_the_library
@pytest.mark.parametrize("gated", [False, True])
def test_scores_rank_as_the_library_recommends(gated: bool) -> None:
    """RecTools recommends to users of a table; the encoder is given their histories only."""
    library, log = sasrec._library(), circle()
    with sasrec._reproducible(), sasrec._quiet():
        model = sasrec._model(library, TINY, gated=gated)
        table = sasrec._table(library, log)
        model.fit(table)
        wanted = model.recommend(users=range(20), dataset=table, k=10, filter_viewed=False)
    network = model.lightning_model.torch_model.eval()
    items = model.data_preparator.get_known_item_ids().astype(np.int64)
    encoder = HistoryEncoder.of(network, items, log.n_items, TINY.max_length)
    scores = encoder.scores(log.histories()[:20])
    for user, rows in wanted.groupby("user_id"):
        ours = scores[user][rows["item_id"].to_numpy()]
        np.testing.assert_allclose(ours, rows["score"].to_numpy(), rtol=1e-4, atol=1e-5)
        assert (scores[user] > ours[-1] + 1e-4).sum() < 10


def test_order_matters(fitted: SasRec) -> None:
    forth, back = fitted.scores([np.array([3, 4]), np.array([4, 3])])
    assert not np.allclose(forth, back)


def test_an_unmet_item_is_last_and_an_empty_history_scores_nothing(fitted: SasRec) -> None:
    scores = fitted.scores([np.array([0, 1]), NOBODY, np.array([ROUND])])
    assert scores.shape == (3, N_ITEMS)
    assert scores.dtype == np.float32
    assert scores[0].argmin() == ROUND
    assert not scores[1:].any()
    assert fitted.scores([]).shape == (0, N_ITEMS)


def test_a_history_scores_the_same_alone_and_among_others(fitted: SasRec) -> None:
    histories = [np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]), np.array([4]), NOBODY]
    for row, history in zip(fitted.scores(histories), histories, strict=True):
        np.testing.assert_allclose(fitted.scores([history])[0], row, rtol=1e-4, atol=1e-5)


@needs_the_library
def test_the_same_log_gives_the_same_scores_and_leaves_the_process_as_it_was() -> None:
    short = replace(TINY, max_epochs=2)
    history = [np.array([0, 1])]
    first = SasRec(settings=short).fit(circle()).scores(history)
    torch.manual_seed(5)
    state, n_threads = torch.get_rng_state(), torch.get_num_threads()
    level = logging.getLogger("pytorch_lightning").level
    again = SasRec(settings=short).fit(circle()).scores(history)
    np.testing.assert_array_equal(again, first)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.get_num_threads() == n_threads
    assert logging.getLogger("pytorch_lightning").level == level


@needs_the_library
def test_where_nobody_has_three_events_everything_scores_nothing() -> None:
    log = Interactions.build([0, 0, 1], [0, 1, 2], n_items=3)
    assert SasRec().fit(log).scores([np.array([0]), NOBODY]).tolist() == [[0, 0, 0], [0, 0, 0]]


@pytest.mark.parametrize("library", ["rectools", "pytorch_lightning", "pandas"])
def test_without_a_library_it_says_what_to_install(
    library: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, library, None)
    with pytest.raises(PeersUnavailable, match=r"palate\[peers\]"):
        SasRec().fit(circle())
