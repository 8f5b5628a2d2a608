"""Entry points that a host installs: found, listed, and named when they fail."""

from __future__ import annotations

from importlib import metadata
from typing import Any

import pytest

from encoders.errors import EncoderUnavailable
from encoders.plugins import ENTRY_POINT_GROUP, PlugIn, load_plug_in, plug_ins


class Distribution:
    name, version = "shop-encoders", "1.2"


class EntryPoint:
    """As `importlib.metadata` has it, without a package on the disk."""

    dist: Distribution | None = Distribution()

    def __init__(self, name: str, value: str, factory: Any) -> None:
        self.name, self.value, self._factory = name, value, factory

    def load(self) -> Any:
        if isinstance(self._factory, Exception):
            raise self._factory
        return self._factory


@pytest.fixture
def installed(monkeypatch: pytest.MonkeyPatch) -> list[EntryPoint]:
    """What is installed; tests fill it."""
    there: list[EntryPoint] = []

    def entry_points(*, group: str, name: str = "") -> list[EntryPoint]:
        assert group == ENTRY_POINT_GROUP
        return [one for one in there if name in ("", one.name)]

    monkeypatch.setattr(metadata, "entry_points", entry_points)
    return there


def test_the_factory_is_called_with_the_argument(installed: list[EntryPoint]) -> None:
    installed.append(EntryPoint("mine", "shop:made", lambda argument: f"made with {argument!r}"))
    assert load_plug_in("mine", "small") == "made with 'small'"
    assert load_plug_in("mine", "") == "made with ''"


def test_a_name_that_nobody_installed_is_none(installed: list[EntryPoint]) -> None:
    installed.append(EntryPoint("other", "shop:made", lambda argument: argument))
    assert load_plug_in("mine", "") is None


def test_two_packages_with_one_name_are_refused(installed: list[EntryPoint]) -> None:
    installed += [EntryPoint("mine", f"shop_{letter}:made", str) for letter in "ba"]
    with pytest.raises(
        EncoderUnavailable, match="several plug-ins have this name: shop_a:made and shop_b:made"
    ):
        load_plug_in("mine", "")


def test_one_factory_that_two_packages_name_is_no_conflict(installed: list[EntryPoint]) -> None:
    installed += [EntryPoint("mine", "shop:made", str)] * 2
    assert load_plug_in("mine", "x") == "x"


def test_what_a_factory_raises_names_the_plug_in(installed: list[EntryPoint]) -> None:
    def broken(argument: str) -> object:
        raise OSError("no weights")

    installed.append(EntryPoint("mine", "shop:broken", broken))
    with pytest.raises(
        EncoderUnavailable, match=r"'mine' cannot be loaded: OSError: no weights; .*'shop:broken'"
    ):
        load_plug_in("mine", "")


def test_an_error_of_ours_stays_as_the_plug_in_raised_it(installed: list[EntryPoint]) -> None:
    def refusing(argument: str) -> object:
        raise EncoderUnavailable("mine", "it needs a key", "set SHOP_KEY")

    installed.append(EntryPoint("mine", "shop:refusing", refusing))
    with pytest.raises(EncoderUnavailable, match=r"it needs a key; set SHOP_KEY$"):
        load_plug_in("mine", "")


def test_the_list_is_by_name_and_says_what_cannot_be_imported(installed: list[EntryPoint]) -> None:
    def never(argument: str) -> object:
        raise AssertionError("listing makes no encoder")

    foreign = EntryPoint("b", "shop:b", ImportError("no module named shop"))
    foreign.dist = None
    installed += [foreign, EntryPoint("a", "shop:a", never)]
    assert plug_ins() == [
        PlugIn("a", "shop:a", "shop-encoders 1.2"),
        PlugIn("b", "shop:b", "", "ImportError: no module named shop"),
    ]
