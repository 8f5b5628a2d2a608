"""Maps: what `--map` says to how a source is read, the guess shown, the map written.

Knows no command.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from service.cli import output
from service.cli.files import FileReport

if TYPE_CHECKING:
    from indexer.ingest.mapping.guess import Guess
    from indexer.ingest.mapping.mapping import ColumnMap, Kind
    from indexer.ingest.sources.source import Source

AUTO = "auto"


class Maps:
    """How the sources of one command are read."""

    def __init__(self, kind: Kind, option: str, *, as_json: bool) -> None:
        """`option` is empty for our own columns, `auto`, the name of a preset, or a file."""
        self._kind = kind
        self._option = option
        self._as_json = as_json
        self._given = None if option in ("", AUTO) else self._named(option)
        self._guessed: dict[tuple[str, ...], ColumnMap] = {}

    def of(self, source: Source, report: FileReport) -> tuple[Source, ColumnMap]:
        """The source, from its first row, and the map to read it with; CatalogError where there is
        none."""
        from indexer.ingest.mapping.guess import SAMPLE_ROWS
        from indexer.ingest.sources.source import peeked

        if self._given is not None:
            return source, self._given
        rows, source = peeked(source, SAMPLE_ROWS)
        columns = list(dict.fromkeys(name for row in rows for name in row.values))
        if self._option == AUTO:
            from indexer.ingest.mapping.guess import guess

            known = self._guessed.get(tuple(columns))
            if known is None:
                found = guess(self._kind, rows, source.name)
                known = self._guessed[tuple(columns)] = found.mapping
                self._show(found, source, report)
            return source, known
        return source, self._own(columns, source, report)

    def _own(self, columns: Sequence[str], source: Source, report: FileReport) -> ColumnMap:
        """Our own columns, whatever others there are."""
        from indexer.errors import CatalogError
        from indexer.ingest.mapping.mapping import REQUIRED, ColumnMap

        own = ColumnMap.own(self._kind)
        there = own.only(columns).fields
        missing = [name for name in REQUIRED[self._kind] if name not in there]
        if missing and columns:
            why = f"it has no column {missing[0]!r} (it has {', '.join(columns)})"
            raise CatalogError(source.name, why, "guess with `--map auto`, or rename the column")
        named = own.columns()
        others = [name for name in columns if name not in named]
        if others and self._kind == "events":
            report.notes.append(f"not read: {', '.join(others)}")
        elif others:
            report.notes.append(f"taken as attributes: {', '.join(others)}")
        return own

    def _named(self, option: str) -> ColumnMap:
        from indexer.errors import CatalogError
        from indexer.ingest.mapping.mapping import ColumnMap
        from indexer.ingest.mapping.presets import presets

        preset = presets().get(option)
        mapping = preset.mapping if preset else None
        if mapping is None:
            path = Path(option)
            if not path.is_file():
                todo = f"give a file, auto, or one of {', '.join(presets())}"
                raise CatalogError(option, "there is no such map", todo)
            mapping = ColumnMap.read(path)
        if mapping.kind != self._kind:
            raise CatalogError(
                option, f"it is a map of {mapping.kind}", f"give one of {self._kind}"
            )
        return mapping

    def _show(self, found: Guess, source: Source, report: FileReport) -> None:
        what = f"recognized as {found.preset}" if found.preset else "guessed"

        def text(path: Path) -> str:
            return found.mapping.to_toml(
                [
                    f"How the columns of {Path(source.name).name} are read: {what}.",
                    f"Change it, and read with it by --map {path.name}",
                    *found.remarks,
                ]
            )

        report.map = _written(text, _place(source))
        report.notes += found.remarks
        if self._as_json:
            return
        output.say(f"{source.name}: {what}")
        output.table(["becomes", "column", "for example"], found.lines())
        output.say(f"map: {report.map or 'could not be written'}")


def _place(source: Source) -> Path:
    """Beside a file; else here."""
    if source.path is None:
        return Path("palate.map.toml")
    stem = source.path.name.partition(".")[0] or source.path.name
    return source.path.with_name(f"{stem}.map.toml")


def _written(text: Callable[[Path], str], place: Path) -> str:
    """The file that holds the map, whose text names it. One that is there and says something else stays as
    it is, for somebody may have changed it; where its folder cannot be written to, it goes here."""
    stem = place.name.removesuffix(".map.toml")
    for folder in (place.parent, Path()):
        for name in (place.name, *(f"{stem}-{number}.map.toml" for number in range(2, 100))):
            path = folder / name
            try:
                if not path.exists():
                    path.write_text(text(path), "utf-8")
                    return str(path)
                if path.read_text("utf-8") == text(path):
                    return str(path)
            except OSError:
                break
    output.remark("the map could not be written: neither beside the file nor here")
    return ""
