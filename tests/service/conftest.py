"""Data folders that several files of tests share."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from service.recommender import Recommender
from service.storage.workspace import Workspace
from tests.service import strips


@pytest.fixture(scope="session")
def indexed_strips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder that holds `tests.service.strips`; to be copied, since encoding it takes seconds."""
    folder = tmp_path_factory.mktemp("strips")
    strips.fill(folder)
    return folder


@pytest.fixture
def unaligned(indexed_strips: Path, tmp_path: Path) -> Iterator[Workspace]:
    """The strips, not aligned yet."""
    shutil.copytree(indexed_strips, tmp_path, dirs_exist_ok=True)
    workspace = strips.opened(tmp_path)
    yield workspace
    workspace.close()


@pytest.fixture(scope="session")
def aligned_strips(indexed_strips: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The same after `palate align`; to be copied."""
    folder = tmp_path_factory.mktemp("aligned-strips")
    shutil.copytree(indexed_strips, folder, dirs_exist_ok=True)
    workspace = strips.opened(folder)
    strips.align_once(workspace)
    workspace.close()
    return folder


@pytest.fixture
def aligned_copy(aligned_strips: Path, tmp_path: Path) -> Path:
    shutil.copytree(aligned_strips, tmp_path, dirs_exist_ok=True)
    return tmp_path


@pytest.fixture(scope="module")
def seeing(aligned_strips: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Recommender]:
    """A recommender on the aligned strips; read-only in tests."""
    folder = tmp_path_factory.mktemp("seeing")
    shutil.copytree(aligned_strips, folder, dirs_exist_ok=True)
    recommender = Recommender(strips.opened(folder))
    yield recommender
    recommender.close()
