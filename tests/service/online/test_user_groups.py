"""User groups: of profiles and of tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.catalog.personalization import Personalization
from indexer.errors import CatalogError
from indexer.ingest.sources.opening import open_sources
from indexer.log.opening import open_event_log
from service.online.user_groups import by_attribute, by_table


def table(folder: Path, text: str) -> Path:
    file = folder / "groups.csv"
    file.write_text(text)
    return file


def test_profiles_name_groups() -> None:
    with open_event_log("sqlite://") as log:
        log.put_user("u", {"country": "nl"}, "")
        log.put_user("v", {"country": ("be", "nl")}, "")
        log.put_user("w", {"age": "40"}, "")
        log.put_user("x", {"country": "nl"}, "")
        log.put_consent("x", Personalization.CONTEXTUAL)
        found = by_attribute(log, ["u", "v", "w", "x"], "country")
    assert found == {"u": "nl", "v": "be, nl"}


def test_a_table_names_groups_of_people_as_the_log_calls_them(tmp_path: Path) -> None:
    (source,) = open_sources([str(table(tmp_path, "user_id,group\nu,a\nv,b\nu,c\n"))])
    assert by_table(source, str.upper) == {"U": "c", "V": "b"}


def test_a_table_without_groups_is_refused_by_its_row(tmp_path: Path) -> None:
    (source,) = open_sources([str(table(tmp_path, "user_id,team\nu,a\n"))])
    with pytest.raises(CatalogError, match=r"groups\.csv:2: .*user_id and group"):
        by_table(source, str)
