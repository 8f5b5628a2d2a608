"""Encoders that other packages bring: found by their entry point, and never trusted to work."""

from __future__ import annotations

from collections.abc import Callable
from importlib import metadata
from types import SimpleNamespace
from typing import Any

import pytest

from encoders.errors import EncoderUnavailable
from encoders.plugins import PlugIn, load_plug_in, plug_ins

Install = Callable[..., None]


class EntryPoint:
    """As importlib.metadata has it."""

    def __init__(self, name: str, value: str, factory: Any, dist: Any = None) -> None:
        self.name, self.value, self.dist = name, value, dist
        self._factory = factory

    def load(self) -> Any:
        if isinstance(self._factory, Exception):
            raise self._factory
        return self._factory


@pytest.fixture
def install(monkeypatch: pytest.MonkeyPatch) -> Install:
    found: list[EntryPoint] = []

    def entry_points(*, group: str, name: str | None = None) -> list[EntryPoint]:
        assert group == "palate.encoders"
        return [one for one in found if name in (None, one.name)]

    monkeypatch.setattr(metadata, "entry_points", entry_points)
    return lambda *arguments: found.append(EntryPoint(*arguments))


def test_the_factory_is_called_with_what_stands_after_the_colon(install: Install) -> None:
    install("mine", "host:make", lambda argument: f"encoder {argument}")
    assert load_plug_in("mine", "24") == "encoder 24"
    assert load_plug_in("other", "") is None


def test_what_a_factory_raises_names_the_plug_in(install: Install) -> None:
    install("mine", "host:make", lambda argument: {}[argument])
    with pytest.raises(EncoderUnavailable, match=r"KeyError: 'x'; check the plug-in 'host:make'"):
        load_plug_in("mine", "x")


def test_what_a_factory_says_of_itself_is_left_as_it_is(install: Install) -> None:
    def unavailable(argument: str) -> object:
        raise EncoderUnavailable("mine", "it needs a GPU", "buy one")

    install("mine", "host:make", unavailable)
    with pytest.raises(EncoderUnavailable, match=r"it needs a GPU; buy one$"):
        load_plug_in("mine", "")


def test_two_of_one_name_are_refused_and_one_that_is_found_twice_is_not(install: Install) -> None:
    install("mine", "host:make", lambda argument: "first")
    install("mine", "host:make", lambda argument: "first")  # sys.path may list a package twice
    assert load_plug_in("mine", "") == "first"
    install("mine", "guest:make", lambda argument: "second")
    with pytest.raises(EncoderUnavailable, match="guest:make and host:make; uninstall all but one"):
        load_plug_in("mine", "")


def test_all_are_listed_by_name_with_package_and_error(install: Install) -> None:
    install("b", "host:b", lambda argument: None, SimpleNamespace(name="host", version="1.2"))
    install("a", "gone:a", ModuleNotFoundError("No module named 'gone'"))
    assert plug_ins() == [
        PlugIn("a", "gone:a", "", "ModuleNotFoundError: No module named 'gone'"),
        PlugIn("b", "host:b", "host 1.2"),
    ]
