"""The notebook of examples/ runs from its first cell to its last."""

from __future__ import annotations

from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

FOLDER = Path(__file__).parents[3] / "examples" / "notebooks"
TIMEOUT_S = 900


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore::DeprecationWarning")  # of Jupyter's own packages
def test_it_runs_and_shows_pictures_reasons_and_bars(monkeypatch: pytest.MonkeyPatch) -> None:
    root = FOLDER.parents[1]
    monkeypatch.setenv("PYTHONPATH", f"{root}:{root / 'proto'}")
    notebook = nbformat.read(FOLDER / "shop.ipynb", as_version=4)
    where = {"metadata": {"path": str(FOLDER)}}
    NotebookClient(notebook, timeout=TIMEOUT_S, kernel_name="python3", resources=where).execute()
    data = [
        output["data"]
        for cell in notebook.cells
        for output in cell.get("outputs", [])
        if "data" in output
    ]
    shown = "".join(one.get("text/html", "") for one in data)
    assert "data:image/png;base64," in shown
    assert "background:#0a7d5a" in shown
    assert "Red" in shown
    assert sum("image/png" in one for one in data) == 2  # the plots


def test_it_is_kept_without_outputs() -> None:
    notebook = nbformat.read(FOLDER / "shop.ipynb", as_version=4)
    assert all(not cell.get("outputs") for cell in notebook.cells)
