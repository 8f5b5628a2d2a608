"""The site: links between pages are kept, and one that leads nowhere is found."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from benchmarks.site import (
    NAVIGATION,
    ROOT,
    broken_links,
    navigation,
    pages_of,
    prepare,
    with_links_of_the_site,
)

PAGES = {
    "README.md": "index.md",
    "docs/api.md": "api.md",
    "docs/reference/index.md": "reference/index_.md",
    "examples/a/README.md": "examples/a.md",
}


@pytest.mark.parametrize(
    ("path", "link", "then"),
    [
        ("README.md", "[calls](docs/api.md#errors)", "[calls](api.md#errors)"),
        ("docs/api.md", "[home](../README.md)", "[home](index.md)"),
        ("docs/api.md", "[a](../examples/a/README.md)", "[a](examples/a.md)"),
        ("docs/reference/index.md", "[up](../api.md)", "[up](../api.md)"),
        ("docs/reference/index.md", "![d](../dashboard.png)", "![d](../dashboard.png)"),
        ("docs/api.md", "[`errors.py`](../service/errors.py)", "`errors.py`"),
        ("docs/api.md", "[here](#below)", "[here](#below)"),
        ("docs/api.md", "[AIP](https://google.aip.dev/160)", "[AIP](https://google.aip.dev/160)"),
        ("docs/api.md", "```python\na[0](docs/api.md)\n```", "```python\na[0](docs/api.md)\n```"),
    ],
)
def test_links_lead_where_the_pages_are_in_the_site(path: str, link: str, then: str) -> None:
    assert with_links_of_the_site(link, path, PAGES) == then


def test_pages_that_would_be_the_index_of_a_folder_are_named_otherwise(tmp_path: Path) -> None:
    for name in ("docs/reference/README.md", "docs/reference/index.md", "examples/x/README.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert {
        "docs/reference/README.md": "reference/overview.md",
        "docs/reference/index.md": "reference/index_.md",
        "examples/x/README.md": "examples/x.md",
    }.items() <= pages_of(tmp_path).items()


def test_every_page_has_one_place_in_the_navigation_and_the_home_page_is_first() -> None:
    names = [*pages_of(ROOT).values(), "of-another-branch.md"]
    sections = navigation(names)
    places = [name for section in sections for pages in section.values() for name in pages]
    assert sorted(places) == sorted(names)
    assert places[0] == "index.md"
    assert "of-another-branch.md" in sections[-1]["More"]
    assert [title for section in sections[:-1] for title in section] == list(NAVIGATION)


def test_no_page_is_forgotten_and_no_name_is_of_a_page_that_there_is_not() -> None:
    names = list(pages_of(ROOT).values())
    assert [title for section in navigation(names) for title in section] == list(NAVIGATION)
    for pattern in (pattern for patterns in NAVIGATION.values() for pattern in patterns):
        assert any(Path(name).match(pattern) for name in names), pattern


def test_links_and_places_that_are_not_there_are_found(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "index.html").write_text(
        '<h1 id="top">A</h1><a href="../b/">b</a><a href="../">home</a><a href="#top">up</a>'
        '<a href="https://example.org/gone">far</a><a href="../#down">down</a><img src="p.png">'
    )
    (tmp_path / "index.html").write_text('<a href="a/#top">a</a><a href="a/#bottom">b</a>')
    assert list(broken_links(tmp_path)) == [
        "a/index.html: ../b/ is not there",
        "a/index.html: ../#down has no such place",
        "a/index.html: p.png is not there",
        "index.html: a/#bottom has no such place",
    ]


def test_the_site_of_this_repository_is_whole(tmp_path: Path) -> None:
    config = prepare(ROOT, tmp_path)
    assert yaml.safe_load(config.read_text())["nav"][0]["Begin"][0] == "index.md"
    command = [sys.executable, "-m", "zensical", "build", "--strict", "-f", str(config)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    assert built.returncode == 0, built.stdout + built.stderr
    assert list(broken_links(tmp_path / "site")) == []
    assert len(list((tmp_path / "site").rglob("index.html"))) == len(pages_of(ROOT))
    home = (tmp_path / "site" / "index.html").read_text(encoding="utf-8")
    assert "Switch to dark mode" in home
    assert (tmp_path / "site" / "search.json").stat().st_size > 100_000
