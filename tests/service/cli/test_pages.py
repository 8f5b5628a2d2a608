"""The page that a command is asked for, before its work and after it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.cli.pages import require_page, write_page
from service.errors import ConfigError
from service.evaluation import pictures
from service.evaluation.pictures import PlotsUnavailable


def test_where_no_page_is_asked_for_nothing_is_required(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pictures, "require_plots", lambda: pytest.fail("it is not needed"))
    require_page(None)


def test_what_cannot_be_drawn_or_written_is_said_before_the_work(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unavailable() -> None:
        raise PlotsUnavailable

    monkeypatch.setattr(pictures, "require_plots", unavailable)
    with pytest.raises(ConfigError, match=r"palate\[report\]"):
        require_page(tmp_path / "page.html")
    monkeypatch.setattr(pictures, "require_plots", lambda: None)
    with pytest.raises(OSError, match="No such file"):
        require_page(tmp_path / "nowhere" / "page.html")


def test_a_page_is_written_and_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "page.html"
    write_page(file, "<html>é</html>")
    assert file.read_text(encoding="utf-8") == "<html>é</html>"
    assert "page.html" in capsys.readouterr().err
