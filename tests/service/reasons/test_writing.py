"""Writers are made from the settings, their texts kept and counted, and one that is not there is a
clear error."""

from __future__ import annotations

import logging
from collections.abc import Iterator, Sequence
from dataclasses import replace
from importlib.metadata import EntryPoint
from pathlib import Path
from typing import Any

import pytest

from service.config import Settings
from service.config_file import load_settings
from service.errors import ConfigError, InvalidInput, WriterUnavailable
from service.explainer.evidence import Evidence, Subject
from service.explainer.template.plan import Length
from service.explainer.template.writer import TemplateWriter
from service.explainer.writers.writer import Outcome
from service.language_model import gguf
from service.language_model.account import Account
from service.language_model.usage import Spent
from service.reasons import writing
from service.reasons.writing import Writing, writer_names
from tests.service.explainer.made_up import COLLATERAL, RICH
from tests.service.language_model.fake_endpoint import FakeEndpoint, Reply, claims

TRUTH = "You rated “Heat (1995)” 5."


class Parrot:
    """Counts how often it was asked."""

    name = "parrot"

    def __init__(self, text: str = TRUTH) -> None:
        self.text, self.asked, self.closed = text, 0, False

    def write(
        self,
        subject: Subject,
        evidence: Sequence[Evidence],
        language: str,
        *,
        length: Length,
        problems: Sequence[str] = (),
    ) -> str:
        self.asked += 1
        return self.text

    def close(self) -> None:
        self.closed = True


def _settings(**explain: Any) -> Settings:
    return load_settings(overrides={"explain": explain})


@pytest.fixture
def endpoint(monkeypatch: pytest.MonkeyPatch) -> Iterator[FakeEndpoint]:
    monkeypatch.setenv("NO_PROXY", "127.0.0.1")
    endpoint = FakeEndpoint(claims((TRUTH, ["e1"])))
    yield endpoint
    endpoint.close()


def test_the_configured_writer_is_the_one_without_a_name() -> None:
    assert Writing(Settings()).writer("").name == "template"
    parrot = Parrot()
    assert Writing(_settings(writer="parrot"), [parrot]).writer("") is parrot
    assert Writing(_settings(writer="parrot"), [parrot]).writer("template").name == "template"


def test_an_unknown_writer_is_refused_with_the_known_ones() -> None:
    with pytest.raises(
        InvalidInput, match=r"'bard'.* there are: local, openai, template"
    ) as caught:
        Writing(Settings()).writer("bard")
    assert caught.value.field == "writer"


@pytest.mark.parametrize(
    ("name", "said"),
    [("bard", "there are: local, openai, template"), ("openai", "explain.openai.base_url")],
)
def test_a_configured_writer_that_is_not_ready_ends_the_start(name: str, said: str) -> None:
    with pytest.raises(ConfigError, match=rf"explain\.writer.*{said}"):
        Writing(_settings(writer=name))


def test_a_writer_without_its_extra_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gguf, "find_spec", lambda name: None)
    with pytest.raises(WriterUnavailable, match=r"pip install 'palate\[local-llm\]'"):
        Writing(Settings()).writer("local")
    monkeypatch.setitem(__import__("sys").modules, "service.language_model.endpoint", None)
    with pytest.raises(WriterUnavailable, match=r"pip install 'palate\[openai\]'"):
        Writing(_settings(openai={"base_url": "http://x/v1", "model": "m"})).writer("openai")


def test_a_model_file_that_is_not_there_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(gguf, "find_spec", lambda name: EntryPoint)
    with pytest.raises(WriterUnavailable, match=r"gone\.gguf, and there is no such file"):
        Writing(_settings(local={"model": str(tmp_path / "gone.gguf")})).writer("local")


def test_other_packages_bring_writers_by_entry_point(monkeypatch: pytest.MonkeyPatch) -> None:
    points = [
        EntryPoint("parrot", f"{__name__}:Parrot", writing.ENTRY_POINTS),
        EntryPoint("broken", "no_such_package:Writer", writing.ENTRY_POINTS),
    ]

    def entry_points(*, group: str, name: str = "") -> list[EntryPoint]:
        assert group == writing.ENTRY_POINTS
        return [point for point in points if name in ("", point.name)]

    monkeypatch.setattr(writing, "entry_points", entry_points)
    assert Writing(Settings()).writer("parrot").name == "parrot"
    assert writer_names() == ["broken", "local", "openai", "parrot", "template"]
    with pytest.raises(WriterUnavailable, match="no_such_package"):
        Writing(Settings()).writer("broken")


def test_the_settings_reach_the_endpoint_and_the_same_evidence_asks_it_once(
    endpoint: FakeEndpoint, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PALATE_OPENAI_API_KEY", "sk-4711")
    ours = Writing(
        _settings(openai={"base_url": endpoint.url + "/", "model": "tiny", "max_tokens": 77})
    )
    openai = ours.writer("openai")
    assert openai is ours.writer("openai")
    first, second = (ours.write(openai, COLLATERAL, RICH, "en") for _ in range(2))
    ours.close()
    assert first is second
    assert (first.text, first.writer) == (TRUTH, "openai")
    (asked,) = endpoint.asked
    assert (asked["model"], asked["max_tokens"]) == ("tiny", 77)
    assert endpoint.headers[0]["Authorization"] == "Bearer sk-4711"


def test_without_an_endpoint_of_its_own_the_writer_asks_the_language_model(
    endpoint: FakeEndpoint,
) -> None:
    """And what it spends is counted, and held to the budget."""
    shared = {"kind": "openai", "base_url": endpoint.url, "model": "shared", "max_tokens": 50}
    settings = load_settings(
        overrides={"language_model": shared, "explain": {"openai": {"max_tokens": 99}}}
    )
    endpoint.replies(claims((TRUTH, ["e1"]), usage=(1_000, 20)))
    account = Account(max_tokens=3_000)
    ours = Writing(settings, account=account)
    written = ours.write(ours.writer("openai"), COLLATERAL, RICH, "en")
    assert (written.text, written.writer) == (TRUTH, "openai")
    assert (endpoint.asked[0]["model"], endpoint.asked[0]["max_tokens"]) == ("shared", 99)
    assert account.usage.by_purpose() == {"explanation": Spent(1, 0, 1_000, 20)}
    account.budget.settle(0, 1_500)
    refused = ours.write(ours.writer("openai"), COLLATERAL, RICH[:2], "en")
    ours.close()
    assert "its budget of 3,000 tokens is spent" in refused.note
    assert len(endpoint.asked) == 1


def test_a_text_is_kept_for_the_same_item_evidence_language_and_writer() -> None:
    ours, parrot = Writing(Settings()), Parrot()
    reweighed = [replace(fact, weight=0.01, score_drop=3.0, similarity=0.5) for fact in RICH]
    for evidence in (RICH, list(RICH), reweighed):
        ours.write(parrot, COLLATERAL, evidence, "en")
    assert parrot.asked == 1
    ours.write(parrot, COLLATERAL, [*RICH[:-1], replace(RICH[-1], count=1205)], "en")
    ours.write(parrot, COLLATERAL, RICH[::-1], "en")
    ours.write(parrot, replace(COLLATERAL, title="Collateral"), RICH, "en")
    assert parrot.asked == 4
    parrot.text = "你给《Heat (1995)》打了 5 分。"
    assert ours.write(parrot, COLLATERAL, RICH, "zh").text == parrot.text
    assert ours.write(ours.writer(""), COLLATERAL, RICH, "en").writer == "template"


def test_what_the_template_had_to_write_is_not_kept() -> None:
    ours, parrot = Writing(Settings()), Parrot("You love this film.")
    assert ours.write(parrot, COLLATERAL, RICH, "en").outcome is Outcome.REFUSED
    parrot.text = TRUTH
    assert ours.write(parrot, COLLATERAL, RICH, "en").writer == "parrot"


def test_no_more_is_kept_than_the_settings_allow() -> None:
    ours, parrot = Writing(_settings(max_cached=1)), Parrot()
    for item_id in ("a", "b", "a"):
        ours.write(parrot, replace(COLLATERAL, item_id=item_id), RICH, "en")
    assert parrot.asked == 3
    ours = Writing(_settings(max_cached=0))
    assert [ours.write(parrot, COLLATERAL, RICH, "en").text for _ in range(2)] == [TRUTH, TRUTH]


def test_outcomes_are_counted_in_the_log_without_a_word_of_the_text(
    caplog: pytest.LogCaptureFixture,
) -> None:
    caplog.set_level(logging.INFO, "service.reasons.writing")
    ours, liar = Writing(Settings()), Parrot("You love “Jaws”.")
    for _ in range(2):
        ours.write(liar, COLLATERAL, RICH, "en")
    ours.write(ours.writer(""), COLLATERAL, RICH, "en")
    records: list[Any] = list(caplog.records)
    counted = [(r.levelname, r.asked, r.writer, r.outcome, r.so_far) for r in records]
    assert counted == [
        ("WARNING", "parrot", "template", "refused", 1),
        ("WARNING", "parrot", "template", "refused", 2),
        ("INFO", "template", "template", "written", 1),
    ]
    everything = " ".join(str(vars(record)) for record in records)
    assert [word for word in ("Jaws", "Heat", "Collateral") if word in everything] == []


def test_a_broken_endpoint_costs_the_text_and_not_the_answer(endpoint: FakeEndpoint) -> None:
    endpoint.replies(Reply(status=500))
    ours = Writing(_settings(openai={"base_url": endpoint.url, "model": "m", "max_retries": 0}))
    written = ours.write(ours.writer("openai"), COLLATERAL, RICH, "en")
    ours.close()
    assert written.text == TemplateWriter().write(COLLATERAL, RICH, "en", length="paragraph")
    assert "HTTP 500" in written.note


def test_closing_closes_the_writers() -> None:
    parrot = Parrot()
    Writing(Settings(), [parrot]).close()
    assert parrot.closed
