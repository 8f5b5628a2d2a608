"""The page says what the figures rest on and holds all of them."""

from __future__ import annotations

from service.evaluation.report import Figure, Report
from service.simulation.page import page
from service.simulation.simulate import Simulated

FOUND = Simulated(
    about={"log": "5 < 6 events"},
    assumptions=[{"name": "fatigue", "value": 0.05, "meaning": "tired of it"}],
    estimates=[
        {"name": "taste", "value": 4.1234567, "error": 0.25, "meaning": "likes it"},
        {"name": "memory", "value": 0.5, "error": None, "meaning": "of it"},
    ],
    report=Report(
        (
            Figure("greedy", "value", "gini", 0.5, 0.25, 0.75, 8),
            Figure("<b>", "value", "gini", 0.25, None, None, 8),
            Figure("<b>", "minus greedy", "gini", -0.25, -0.5, 0.0, 8),
        )
    ),
    measures={"gini": "how uneven"},
    curves={
        name: {
            "retention": [1.0, 0.5],
            "retention_half_width": [0.0, 0.1],
            "takes": [0.5, 1.0],
            "takes_half_width": [0.1, 0.2],
        }
        for name in ("greedy", "<b>")
    },
    exposure={"greedy": [0.25, 0.75], "<b>": [0.5, 0.5]},
)


def test_the_page_holds_what_it_rests_on_the_figures_and_three_pictures() -> None:
    text = page(FOUND)
    assert text.count("<svg") == 3
    for cell in ("5 &lt; 6 events", "tired of it", "4.123", "0.05", "how uneven"):
        assert cell in text
    assert "<td>0.5000 [0.2500, 0.7500]</td><td></td>" in text
    assert "<td>0.2500</td><td>-0.2500 [-0.5000, 0.0000]</td>" in text


def test_names_are_text_not_markup() -> None:
    assert "<b>" not in page(FOUND)
