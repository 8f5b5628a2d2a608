"""`palate rules`: a preview, for people and for programs."""

from __future__ import annotations

from pathlib import Path

from tests.service.cli.conftest import Run

RULES = """
[[rules]]
name = "new books"
kind = "floor"
filter = 'domain = "books"'
least = 1

[[rules]]
name = "one maker"
kind = "cap"
per = "attributes.maker"
most = 3
"""


def test_rules_are_previewed_together_and_by_name(filled: Run) -> None:
    Path("palate-data/palate.toml").write_text(RULES)
    ran = filled("rules", "preview", "--people", 20, "--json")
    assert (ran.code, ran.json["people"]) == (0, 20)
    assert [(one["name"], one["items"]) for one in ran.json["rules"]] == [
        ("new books", 10),
        ("one maker", 40),
    ]
    told = filled("rules", "preview", "new books", "--people", 20)
    assert told.code == 0
    assert "one maker" not in told.out
    assert "NDCG@10 of what people did last" in told.out


def test_what_cannot_be_previewed_is_said(filled: Run) -> None:
    assert "there are no rules" in filled("rules", "preview").err
    Path("palate-data/palate.toml").write_text(RULES)
    ran = filled("rules", "preview", "books")
    assert (ran.code, "there are new books, one maker" in ran.err) == (2, True)
