"""The settings of every scenario load, and their comments say what they set."""

from __future__ import annotations

import math
import re
from pathlib import Path

import pytest

from service.cli.scenarios.scenario import SCENARIOS, Scenario
from service.config import Settings
from service.config_file import load_settings

every = pytest.mark.parametrize("scenario", SCENARIOS.values(), ids=SCENARIOS)


def loaded(scenario: Scenario, folder: Path) -> Settings:
    (folder / "palate.toml").write_text(scenario.settings, encoding="utf-8")
    return load_settings(folder)


def test_the_domains_that_are_asked_for_are_there() -> None:
    assert list(SCENARIOS) == [
        *("shop", "news", "video", "music", "social", "jobs", "learning", "ads")
    ]


@every
def test_its_settings_are_taken_as_they_stand(scenario: Scenario, tmp_path: Path) -> None:
    settings = loaded(scenario, tmp_path)
    assert settings.ranker.recency_decay < 1
    types = [name for name, _ in scenario.funnel] + list(scenario.refusal)
    assert set(types) == set(settings.events.kinds) - {"add_to_wishlist", "rating", "dislike"}


@every
def test_weights_rise_along_the_funnel_and_a_refusal_is_none_of_it(
    scenario: Scenario, tmp_path: Path
) -> None:
    kinds = loaded(scenario, tmp_path).events.kinds
    weights = [kinds[name].weight for name, _ in scenario.funnel]
    assert weights == sorted(weights)
    assert weights[-1] == 1.0
    assert kinds[scenario.refusal[-1]].weight < 0
    assert not kinds[scenario.refusal[-1]].trains


@every
def test_the_half_life_that_a_comment_tells_is_that_of_the_number(
    scenario: Scenario, tmp_path: Path
) -> None:
    decay = loaded(scenario, tmp_path).ranker.recency_decay
    (said,) = re.findall(
        r"([\d.]+) a step back is half the weight after ([\d.]+) (?:events|plays)",
        scenario.settings,
    )
    assert float(said[0]) == decay
    digits = len(said[1].partition(".")[2])
    assert round(math.log(0.5) / math.log(decay), digits) == float(said[1])


@every
def test_the_exploration_that_a_comment_tells_is_that_of_the_example(scenario: Scenario) -> None:
    (said,) = re.findall(r"palate recommend --exploration ([\d.]+)", scenario.settings)
    assert float(said) == scenario.exploration


@every
def test_every_number_that_is_no_weight_has_its_reason_above_it(scenario: Scenario) -> None:
    lines = scenario.settings.splitlines()
    numbers = [at for at, line in enumerate(lines) if re.match(r"\w+ = [\d.]+$", line)]
    assert len(numbers) == 3
    assert all(lines[at - 1].startswith("# ") for at in numbers)
