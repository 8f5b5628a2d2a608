"""The copy holds what it was given and nothing else."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from service.evaluation.served.dataset import Dataset
from service.evaluation.served.plan import Plan
from service.evaluation.served.run import run_of
from service.evaluation.served.sandbox import sandbox
from service.storage.workspace import Workspace
from tests.service.world import filled, settings


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    folder = tmp_path_factory.mktemp("sandbox")
    filled(folder).close()
    opened = Workspace.open(settings(folder))
    yield opened
    opened.close()


@pytest.mark.parametrize("without", ["text", "image"])
def test_a_modality_that_is_left_out_is_in_no_item(workspace: Workspace, without: str) -> None:
    dataset = Dataset.of(workspace)
    with sandbox(workspace, dataset, dataset.table, [without]) as copy:
        content = copy.recommender.ranker.snapshot.content
        kept = dict(content.vectors)
        assert not kept.pop(without).any()
        assert all(
            vectors.any() == (name == "text") for name, vectors in kept.items()
        )  # the world has no pictures


def test_without_a_second_stage_the_first_weights_of_all_rank(workspace: Workspace) -> None:
    dataset = Dataset.of(workspace)
    with sandbox(workspace, dataset, dataset.table, ["second-stage"]) as copy:
        before = copy.recommender.ranker.blend.net.weights
        copy.train(lambda _: None, seed=0)
        assert copy.recommender.ranker.trained
        after = copy.recommender.ranker.blend.net.weights
        assert all((before[name] == after[name]).all() for name in before)


def test_without_ids_the_model_is_trained_to_know_items_by_their_content_alone(
    workspace: Workspace,
) -> None:
    dataset = Dataset.of(workspace)
    with sandbox(workspace, dataset, dataset.table, ["id"]) as copy:
        assert copy.recommender.ranker.config.id_dropout == 1.0
    assert workspace.settings.ranker.id_dropout < 1.0


def test_a_history_is_recorded_once_however_often_it_is_asked_for(workspace: Workspace) -> None:
    dataset = Dataset.of(workspace)
    run = run_of(Plan("cold-users", n_events=[1, 3]), dataset, seed=0)
    with sandbox(workspace, dataset, run.train) as copy:
        known = []
        for cases in (*run.rounds, run.rounds[-1]):
            copy.record_history(cases, run.train)
            exported = copy.recommender.export_user(dataset.users[cases[0].user]).data
            known.append(len(exported["events"]))
        assert known == [1, 3, 3]
