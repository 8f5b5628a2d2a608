"""Examples of plug-ins, as an installer leaves them."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

EXAMPLES = Path(__file__).parents[3] / "examples"


def install(name: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The example's module on the path, and what its pyproject.toml says in `folder`; returns the
    dist-info."""
    project = tomllib.loads((EXAMPLES / name / "pyproject.toml").read_text())["project"]
    site = folder / "site"
    info = site / f"{project['name'].replace('-', '_')}-{project['version']}.dist-info"
    info.mkdir(parents=True)
    info.joinpath("METADATA").write_text(
        f"Metadata-Version: 2.1\nName: {project['name']}\nVersion: {project['version']}\n"
    )
    groups = project["entry-points"].items()
    sections = [
        f"[{group}]\n" + "".join(f"{name} = {value}\n" for name, value in points.items())
        for group, points in groups
    ]
    info.joinpath("entry_points.txt").write_text("".join(sections))
    monkeypatch.syspath_prepend(str(EXAMPLES / name))
    monkeypatch.syspath_prepend(str(site))
    return info
