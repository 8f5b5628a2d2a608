"""`make docs`: the pages of the repository as a site.

    README, docs/, CONTRIBUTING, CHANGELOG, READMEs of examples -> build/docs, with links between them kept -> Zensical
    -> build/site -> every internal link of it followed

Pages read on GitHub as well as here, so they link to files that are no pages (code, the proto): these links
become plain text. Owns which pages there are and their order; the commands on them are checked by
`benchmarks.shown_commands`. Knows nothing of what they say.
"""

from __future__ import annotations

import posixpath
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import yaml

from benchmarks.shown_commands import not_understood

ROOT = Path(__file__).parents[1]
BUILD = ROOT / "build"
NAVIGATION: Mapping[str, Sequence[str]] = {
    "Begin": (
        "index.md",
        "demo.md",
        "shop.md",
        "scenarios.md",
        "from-gorse.md",
        "from-personalize.md",
    ),
    "Use": (
        "api.md",
        "clients.md",
        "agents.md",
        "notebooks.md",
        "conversation.md",
        "words.md",
        "explanations.md",
        "explanation-samples.md",
        "encoders.md",
        "language-models.md",
        "simulation.md",
    ),
    "Run": (
        "deployment.md",
        "operations.md",
        "security.md",
        "tenants.md",
        "privacy.md",
        "fairness.md",
        "benchmarks.md",
    ),
    "Reference": ("settings.md", "reference/*.md"),
    "How it is built": ("architecture.md", "ranking.md", "contributing.md", "examples/*.md", "changelog.md"),
}  # fmt: skip
"""Sections and their pages, by name or pattern, within the site. What no pattern names stands under
`More`, and is to be named here."""
_LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
_FENCE = re.compile(r"(^ *```.*?^ *```)", re.MULTILINE | re.DOTALL)


def pages_of(root: Path) -> dict[str, str]:
    """Path in the repository -> path in the site, of every page."""
    pages = {"README.md": "index.md", "CONTRIBUTING.md": "contributing.md", "CHANGELOG.md": "changelog.md"}  # fmt: skip
    for path in sorted((root / "examples").glob("*/README.md")):
        pages[path.relative_to(root).as_posix()] = f"examples/{path.parent.name}.md"
    for path in sorted((root / "docs").rglob("*.md")):
        inside = path.relative_to(root / "docs")
        name = {"README.md": "overview.md", "index.md": "index_.md"}.get(inside.name, inside.name)
        pages[path.relative_to(root).as_posix()] = (inside.parent / name).as_posix()
    return pages


def with_links_of_the_site(text: str, path: str, pages: Mapping[str, str]) -> str:
    """A page of the repository with links as the site has them. What stands in code stays."""

    def moved(match: re.Match[str]) -> str:
        picture, label, link = match.groups()
        target, hash_, anchor = link.partition("#")
        if "://" in link or not target:
            return match.group()
        there = posixpath.normpath(posixpath.join(posixpath.dirname(path), target))
        here = posixpath.dirname(pages[path])
        if there in pages:
            return (
                f"{picture}[{label}]({posixpath.relpath(pages[there], here or '.')}{hash_}{anchor})"
            )
        if there.startswith("docs/") and (ROOT / there).suffix in (".png", ".svg"):
            return (
                f"{picture}[{label}]({posixpath.relpath(there.removeprefix('docs/'), here or '.')})"
            )
        return label

    parts = _FENCE.split(text)
    return "".join(part if _FENCE.fullmatch(part) else _LINK.sub(moved, part) for part in parts)


def navigation(names: Sequence[str]) -> list[dict[str, list[str]]]:
    """The pages by section. The home page stands first."""
    left, sections = list(names), []
    for title, patterns in {**NAVIGATION, "More": ("*",)}.items():
        found = [
            name for pattern in patterns for name in sorted(left) if Path(name).match(pattern) and
            (pattern == "*" or pattern.count("/") == name.count("/"))
        ]  # fmt: skip
        left = [name for name in left if name not in found]
        if found:
            sections.append({title: list(dict.fromkeys(found))})
    return sections


def prepare(root: Path, build: Path) -> Path:
    """Put the pages together; returns the configuration."""
    pages = pages_of(root)
    shutil.rmtree(build / "docs", ignore_errors=True)
    for path, name in pages.items():
        text = with_links_of_the_site((root / path).read_text(encoding="utf-8"), path, pages)
        _write(build / "docs" / name, text)
    for picture in (root / "docs").rglob("*.png"):
        target = build / "docs" / picture.relative_to(root / "docs")
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(picture, target)
    settings = yaml.safe_load((root / "mkdocs.yml").read_text(encoding="utf-8"))
    settings |= {"docs_dir": "docs", "site_dir": "site", "nav": navigation(list(pages.values()))}
    _write(build / "mkdocs.yml", yaml.safe_dump(settings, sort_keys=False, allow_unicode=True))
    return build / "mkdocs.yml"


class _Page(HTMLParser):
    """What a page links to, and what can be linked to on it."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.anchors: set[str] = set()
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        self.anchors |= {name for name in (given.get("id"), given.get("name")) if name}
        self.links += [link for link in (given.get("href"), given.get("src")) if link]


def broken_links(site: Path) -> Iterator[str]:
    """Every internal link of the built site that leads nowhere: to no file, or to no place in it."""
    pages = {file: _Page(file.read_text(encoding="utf-8")) for file in sorted(site.rglob("*.html"))}
    for file, page in pages.items():
        if file.name == "404.html":
            continue  # shown at any address, so its links are from the root
        for link in page.links:
            parts = urlsplit(link)
            if parts.scheme or parts.netloc:
                continue
            target = (file.parent / unquote(parts.path)).resolve() if parts.path else file
            target = target / "index.html" if target.is_dir() else target
            if not target.is_file():
                yield f"{file.relative_to(site)}: {link} is not there"
            elif parts.fragment and target in pages and parts.fragment not in pages[target].anchors:
                yield f"{file.relative_to(site)}: {link} has no such place"


def main() -> int:
    problems = [
        f"{path}: {why}" for path in pages_of(ROOT) for why in not_understood((ROOT / path).read_text(encoding="utf-8"))
    ]  # fmt: skip
    config = prepare(ROOT, BUILD)
    command = [sys.executable, "-m", "zensical", "build", "--clean", "--strict", "-f", str(config)]
    built = subprocess.run(command, check=False).returncode == 0
    problems += sorted(set(broken_links(BUILD / "site")))
    for problem in problems:
        print(f"error: {problem}", file=sys.stderr)
    print(f"{BUILD / 'site'}: {len(list((BUILD / 'site').rglob('*.html')))} pages")
    return 0 if built and not problems else 1


def _write(file: Path, text: str) -> None:
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text(text, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
