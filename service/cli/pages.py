"""The page that `--report FILE` asks for. Knows no figures."""

from __future__ import annotations

from pathlib import Path

from service.cli import output


def require_page(file: Path | None) -> None:
    """ConfigError where no page could be made, or OSError where it could not be written: what would
    fail after minutes of work fails now. Nothing where none is asked for."""
    if file is None:
        return
    from service.errors import ConfigError
    from service.evaluation.pictures import PlotsUnavailable, require_plots

    try:
        require_plots()
    except PlotsUnavailable as error:
        raise ConfigError(str(error)) from None
    file.touch()


def write_page(file: Path, html: str) -> None:
    """Write it, and say where."""
    file.write_text(html, encoding="utf-8")
    output.remark(f"report: {file}")
