"""Candidate sources of other packages: installed, proposing, failing, and in the way."""

from __future__ import annotations

import threading
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest

from indexer.catalog.item import Item
from service.api.messages import RecommendRequest
from service.errors import ConfigError
from service.ranker.candidates import SourceFailed
from service.ranker.data.arrays import BoolArray, IntArray
from service.ranker.second_stage.query_scores import QueryScores
from service.serving import sources
from service.serving.sources import CatalogView, PluggedSource
from tests.service.cli.installing import install
from tests.service.world import filled, opened

LONG_S = 60.0


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example package's dist-info."""
    return install("source-plugin", tmp_path / "package", monkeypatch)


@pytest.fixture
def catalog() -> CatalogView:
    """An empty one."""

    class Empty:
        def items(self, indices: IntArray) -> list[Item]:
            return []

        def everything(self) -> Iterable[tuple[int, Item]]:
            return ()

    return Empty()


def test_an_installed_source_proposes_and_is_named_in_the_answer(
    installed: Path, tmp_path: Path
) -> None:
    palate = filled(tmp_path / "data")
    answer = palate.recommend(RecommendRequest(user_id="u0", k=20))
    by_plug_in = [result for result in answer.results if "same_maker" in result.sources]
    palate.close()
    seen = {"maker 0", "maker 2"}  # of the even items, which u0 rated
    assert by_plug_in
    assert {result.item.attributes["maker"] for result in by_plug_in} <= seen


@pytest.mark.parametrize(
    "name", ["popular", "content_smell", "filter", "wish", "rules", "vector_index", "ranking"]
)
def test_a_source_that_takes_a_name_of_palates_stops_the_start(
    installed: Path, name: str, catalog: CatalogView
) -> None:
    installed.joinpath("entry_points.txt").write_text(
        f"[{sources.ENTRY_POINTS}]\n{name} = palate_maker:SameMaker\n"
    )
    with pytest.raises(ConfigError, match=rf"'{name}' .* has the name of one that comes with"):
        sources.plugged_sources(catalog, LONG_S)


def test_a_source_that_cannot_be_loaded_stops_the_start(installed: Path, tmp_path: Path) -> None:
    installed.joinpath("entry_points.txt").write_text(
        f"[{sources.ENTRY_POINTS}]\nbroken = no_such_module:Source\n"
    )
    with pytest.raises(ConfigError, match=r"'broken' .* cannot be loaded: No module named"):
        opened(tmp_path / "data")


class Failing:
    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        raise RuntimeError("its service is down")


def test_a_source_that_fails_in_a_call_is_left_out_and_the_answer_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(
        sources, "plugged_sources", lambda *_: (PluggedSource("failing", Failing(), LONG_S),)
    )
    palate = filled(tmp_path)
    answer = palate.recommend(RecommendRequest(user_id="u0"))
    palate.close()
    assert len(answer.results) == 10
    assert "candidate source failing failed; the others proposed" in answer.degraded


def test_a_source_that_does_not_answer_in_time_is_left_out(
    caplog: pytest.LogCaptureFixture,
) -> None:
    gone = threading.Event()

    class Hanging:
        def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
            gone.wait()
            return np.arange(n)

    with pytest.raises(SourceFailed):
        PluggedSource("hanging", Hanging(), 0.01).propose(None, np.ones(5, bool), 9)  # type: ignore[arg-type]
    gone.set()
    assert "candidate source hanging is left out: took longer than 0.01 s" in caplog.text


class Careless:
    """Proposes what is not there, and the same twice."""

    def propose(self, query: QueryScores, allowed: BoolArray, n: int) -> IntArray:
        return [3, -1, 99, 3, 0]  # type: ignore[return-value]


def test_proposals_of_others_are_checked() -> None:
    source = PluggedSource("careless", Careless(), LONG_S)
    found = source.propose(None, np.ones(5, bool), 9)  # type: ignore[arg-type]
    assert found.tolist() == [3, 0]


def test_what_a_plug_in_raises_is_a_source_that_failed(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(SourceFailed):
        PluggedSource("failing", Failing(), LONG_S).propose(None, np.ones(5, bool), 9)  # type: ignore[arg-type]
    assert "its service is down" in caplog.text
