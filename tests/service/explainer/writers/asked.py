"""The `openai` writer, asked about one item, with an endpoint and a clock that do as they are told."""

from __future__ import annotations

from typing import Any

from service.explainer.template.writer import TemplateWriter
from service.explainer.writers.openai import OpenAIWriter
from service.explainer.writers.writer import Outcome, Written
from service.explainer.writers.writing import write_verified
from service.language_model.endpoint import Endpoint
from service.language_model.options import EndpointOptions
from tests.service.explainer.made_up import COLLATERAL, RICH
from tests.service.language_model.fake_endpoint import FakeEndpoint, claims

KEY = "sk-only-in-the-header-4711"
TEMPLATE_TEXT = TemplateWriter().write(COLLATERAL, RICH, "en", length="paragraph")
GOOD = claims(
    ("You rated “Heat (1995)” 5, and that is why “Collateral (2004)” is here.", ["e1"]),
    ("Like “Heat (1995)”, it is directed by Michael Mann.", ["e2"]),
)
GOOD_TEXT = (
    "You rated “Heat (1995)” 5, and that is why “Collateral (2004)” is here. "
    "Like “Heat (1995)”, it is directed by Michael Mann."
)
LIE = claims(("You love every film by Martin Scorsese.", ["e1"]))


class Clock:
    """Time that passes when it is told to."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds


class Asked:
    """An endpoint with its replies, and the writer that asks it."""

    def __init__(self, endpoint: FakeEndpoint, **options: Any) -> None:
        self.endpoint, self.clock = endpoint, Clock()
        values = {"base_url": endpoint.url, "model": "m", "api_key": KEY} | options
        model = Endpoint(EndpointOptions(**values), sleep=self.clock.sleep, clock=self.clock)
        self.writer = OpenAIWriter(model)

    def write(self, language: str = "en") -> Written:
        return write_verified(self.writer, COLLATERAL, RICH, language, "paragraph")


def assert_failed(written: Written, why: str) -> None:
    assert (written.text, written.writer, written.outcome) == (
        TEMPLATE_TEXT,
        "template",
        Outcome.FAILED,
    )
    assert written.note == f"writer openai failed ({why}), so the template wrote this"
