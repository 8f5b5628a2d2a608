"""What of an item may stand for a taste."""

from __future__ import annotations

from service.explainer.taste.choices import Choice, numbers_of, traits_of


def test_traits_are_names_and_numbers_are_numbers() -> None:
    attributes = {
        "cast": ("Tom Hanks", "Meg Ryan"),
        "year": "1993",
        "minutes": 105.0,
        "plot": "A long story. " * 9,
    }
    attributes |= {"new": True, "sponsored": "Acme", "": "x"}  # type: ignore[dict-item]
    assert set(traits_of(["Comedy", "(no genres listed)", ""], attributes)) == {
        ("", "comedy"),
        ("cast", "tom hanks"),
        ("cast", "meg ryan"),
    }
    assert numbers_of(attributes) == {"year": 1993.0, "minutes": 105.0}
    assert numbers_of({"a": float("nan"), "b": "1.2.5", "c": "٣"}) == {}
    assert numbers_of({"minutes": "113.0"}) == {"minutes": 113.0}


def test_a_choice_has_the_traits_of_its_item_as_they_are_written() -> None:
    choice = Choice("x", 17_000, 1.0, categories=("Sci-Fi",), attributes={"director": "R. Scott"})
    assert choice.traits == {("", "sci-fi"): "Sci-Fi", ("director", "r. scott"): "R. Scott"}
