"""The page: every group with its figures, and nothing that a name could do."""

from __future__ import annotations

from dataclasses import replace

from service.api.messages import OnlineFigure
from service.online.page import COLUMNS, page, row
from tests.service.standin import ONLINE


def test_a_row_has_a_cell_for_every_column() -> None:
    cells = row(ONLINE.groups[0])
    assert len(cells) == len(COLUMNS)
    assert cells[-3:] == [".4000 [.2500, .7500]", "", ""]


def test_names_are_written_and_not_run() -> None:
    group = replace(
        ONLINE.groups[0], name="<script>x</script>", dwell_s=OnlineFigure(2.0, 1.5, 2.55)
    )
    html = page(replace(ONLINE, groups=[group]), {"answers": "3"})
    assert "<script>" not in html
    assert "2.0 [1.5, 2.5]" in html
    assert "<svg" in html
