"""How much of real-looking exports comes in by itself, and how fast they are read.

Every export of `benchmarks.exports` is read as `--map auto` reads it: recognized, or guessed from its first
rows, mapped, cleaned, checked. Counted are the rows that came in, and whether titles and prices are those
that were written. Beside each stand the rows a second of processor time, against those of the same
items or events as plain JSON Lines with our own fields. Nothing is encoded or stored.

    python -m benchmarks.ingest --write     # docs/shop.md
"""

from __future__ import annotations

import argparse
import json
import tempfile
import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from benchmarks.exports import Export, write_exports
from benchmarks.tables import markdown, replace_section
from indexer.catalog.item import Item
from indexer.ingest.mapping import guess as guessing
from indexer.ingest.mapping.mapping import ColumnMap
from indexer.ingest.reading import EventReading, ItemReading, ProfileReading, Reading
from indexer.ingest.sources.opening import file_source
from indexer.ingest.sources.source import peeked

PAGE = Path(__file__).parents[1] / "docs" / "shop.md"
READINGS: dict[str, type[Reading[Any]]] = {
    "items": ItemReading,
    "events": EventReading,
    "users": ProfileReading,
}


@dataclass(frozen=True, slots=True)
class Result:
    """What became of one export."""

    export: Export
    recognized: bool
    rows: int
    lost: int
    titles_right: int
    prices_right: int
    rows_per_s: float
    plain_rows_per_s: float

    @property
    def share_in(self) -> float:
        """Of all its rows, those without an id included."""
        return (self.rows - self.lost) / self.export.rows

    def row(self) -> list[str]:
        export = self.export
        return [
            export.path.name,
            "recognized" if self.recognized else "guessed",
            f"{export.rows:,}",
            f"{export.without_id:,}",
            f"{100 * self.share_in:.2f} %",
            _share(self.titles_right, len(export.titles)),
            _share(self.prices_right, len(export.prices)),
            f"{self.rows_per_s:,.0f}",
            f"{self.rows_per_s / self.plain_rows_per_s:.2f}",
        ]


def measure(export: Export, *, presets: bool = True) -> Result:
    """One export as `--map auto` reads it; without `presets` all by guessing."""
    source = file_source(export.path)
    rows, _ = peeked(source, guessing.SAMPLE_ROWS)
    guess = guessing.guess(export.kind, rows, source.name, presets=presets)  # type: ignore[arg-type]
    reading, seconds, things = _read(export.kind, export.path, guess.mapping)
    items = {one.item_id: one for one in things if isinstance(one, Item)}
    plain = export.path.with_suffix(".plain.jsonl")
    with plain.open("w", encoding="utf-8") as stream:
        stream.writelines(json.dumps(row) + "\n" for row in map(_plain, things))
    _, plain_seconds, again = _read(export.kind, plain, None)
    assert len(again) == len(things)
    return Result(
        export,
        bool(guess.preset),
        reading.rows,
        reading.problems.n_failed,
        sum(items[key].title == title for key, title in export.titles.items() if key in items),
        sum(items[key].price == price for key, price in export.prices.items() if key in items),
        reading.rows / seconds,
        len(again) / plain_seconds,
    )


def _read(
    kind: str, path: Path, mapping: ColumnMap | None
) -> tuple[Reading[Any], float, list[Any]]:
    reading = READINGS[kind](file_source(path), mapping)
    began = time.process_time()
    things = [thing for _, thing in reading]
    return reading, time.process_time() - began, things


def _plain(thing: Any) -> dict[str, Any]:
    row = thing.to_mapping() if isinstance(thing, Item) else asdict(thing)
    return {name: value for name, value in row.items() if value is not None}


def _share(right: int, known: int) -> str:
    return f"{100 * right / known:.2f} %" if known else ""


def table(results: list[Result]) -> str:
    """As it stands on the page."""
    header = [
        "export",
        "",
        "rows",
        "without an id",
        "rows in",
        "titles right",
        "prices right",
        "rows/s",
        "of plain JSONL",
    ]
    return markdown(header, [result.row() for result in results])


def results(n_products: int, *, presets: bool) -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as folder:
        for export in write_exports(Path(folder), n_products):
            yield measure(export, presets=presets)
            export.path.unlink()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--products", type=int, default=20_000)
    parser.add_argument("--write", action="store_true", help="write docs/shop.md")
    parser.add_argument("--no-presets", action="store_true", help="guess all of them")
    options = parser.parse_args()
    text = table(list(results(options.products, presets=not options.no_presets)))
    print(text)
    if options.write:
        replace_section(PAGE, "ingest", text)


if __name__ == "__main__":
    main()
