"""`palate evaluate`: options, the page, JSON for programs, and what is refused before any work is
done."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from service.evaluation.report import Figure
from tests.service.cli.conftest import Run


def test_json_says_what_was_measured_and_holds_every_figure(asking: Run, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    ran = asking(
        "evaluate", "--exploration", "0,1", "--baseline", "ease-recency-borrowed", "--domain", "films", "--json",
        "--report", page,
    )  # fmt: skip
    assert ran.code == 0
    assert ran.json["about"]["protocol"] == "cold-items"
    assert ran.json["about"]["domain"] == "films"
    figures = [Figure(**row) for row in ran.json["figures"]]
    systems = list(dict.fromkeys(figure.system for figure in figures))
    assert systems == ["palate (exploration 0)", "palate (exploration 1)", "ease-recency-borrowed"]
    assert "<h2>Warm against cold</h2>" in page.read_text(encoding="utf-8")


def test_what_was_left_out_is_remarked(asking: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "implicit.cpu.als", None)
    ran = asking("evaluate", "--protocol", "leave-one-out")
    assert ran.code == 0
    assert ran.err.count("left out: als, als-recency: ") == 1
    assert "popularity" in ran.out


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (
            ["--domain", "shoes"],
            "domain is 'shoes': is not a domain of the catalogue; there are books, films",
        ),
        (["--exploration", "0,2"], "'2' is not a number from 0 to 1"),
        (["--events", "1,x"], "'x' is not a whole number"),
        (
            ["--without", "words"],
            "without is 'words': it must be one of text, image, id, second-stage",
        ),
        (["--baseline", "magic"], "baselines is 'magic': it must be one of popularity"),
        (["--baseline", "ease", "--no-baselines"], "contradict each other"),
        (["--protocol", "coin-toss"], "protocol is 'coin-toss': it must be one of leave-one-out"),
    ],
)
def test_what_cannot_be_measured_is_said_at_once(
    asking: Run, options: list[str], message: str
) -> None:
    ran = asking("evaluate", *options)
    assert ran.code == 2
    assert message in ran.err
    assert ran.out == ""
