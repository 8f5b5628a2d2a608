"""Every setting on one page: name, type, default, range, and what it does.

    python -m benchmarks.settings [--write]

Read from the tree of `service.config`, so that nothing is said twice; `tests/benchmarks/test_settings.py`
holds the page to it. Knows no setting by name.
"""

from __future__ import annotations

import argparse
import ast
import inspect
import json
import textwrap
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import MISSING, dataclass, fields, is_dataclass
from enum import Enum
from pathlib import Path
from types import NoneType
from typing import Any, Literal, get_args, get_origin, get_type_hints

from pydantic import BaseModel, SecretStr
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings

from benchmarks.tables import markdown, replace_section
from service.config import Settings

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "settings.md"
SECTION = "settings"
_REQUIRED = object()
_BOUNDS = {"ge": "from {}", "gt": "above {}", "le": "to {}", "lt": "below {}"}
_NAMES = {str: "text", int: "whole number", float: "number", bool: "true or false", Path: "path"}


@dataclass(frozen=True, slots=True)
class Setting:
    """One field, as the page shows it."""

    name: str
    kind: str
    default: Any
    bounds: str
    meaning: str


@dataclass(frozen=True, slots=True)
class Section:
    """One table of `palate.toml`; `name` is empty for what stands above all tables."""

    name: str
    meaning: str
    settings: tuple[Setting, ...]


def sections_of(model: type[Any], name: str = "", meaning: str = "") -> Iterator[Section]:
    """The section of a model, then those within it, in the order of their fields."""
    described = list(_fields(model))
    if rows := tuple(setting for setting, kind in described if not _is_section(kind)):
        yield Section(name, meaning, rows)
    for setting, kind in described:
        for form, inner in _within(kind):
            path = form.format(f"{name}.{setting.name}".removeprefix("."))
            yield from sections_of(inner, path, inspect.getdoc(inner) or "")


def page() -> str:
    """All sections in Markdown."""
    return "\n\n".join(_shown(section) for section in sections_of(Settings, meaning=_TOP))


_TOP = "What stands above all tables."


def _within(kind: Any) -> Iterator[tuple[str, type[Any]]]:
    """The section that a field is, or holds several of, and how its name is made."""
    if _is_section(kind):
        yield "{}", kind
        return
    parts = [part for part in get_args(kind) if _is_section(part)]
    for part in parts:
        yield ("{}.<name>" if _holds(kind, Mapping) else "[{}]"), part


def _holds(kind: Any, container: type[Any]) -> bool:
    origin = get_origin(kind)
    return isinstance(origin, type) and issubclass(origin, container)


def _fields(model: type[Any]) -> Iterator[tuple[Setting, Any]]:
    if is_dataclass(model):
        yield from _fields_of_dataclass(model)
        return
    meanings = docstrings(model)
    for name, field in model.model_fields.items():
        default = field.get_default(call_default_factory=True)
        bounds = [
            words.format(_number(getattr(bound, word)))
            for bound in field.metadata
            for word, words in _BOUNDS.items()
            if hasattr(bound, word)
        ]
        yield (
            Setting(
                name,
                _kind(field.annotation),
                _REQUIRED if default is PydanticUndefined else default,
                " ".join(bounds),
                meanings.get(name, ""),
            ),
            field.annotation,
        )


def _fields_of_dataclass(model: type[Any]) -> Iterator[tuple[Setting, Any]]:
    hints, meanings = get_type_hints(model), docstrings(model)
    for field in fields(model):
        kind = hints[field.name]
        default = _REQUIRED if field.default is MISSING else field.default
        yield Setting(field.name, _kind(kind), default, "", meanings.get(field.name, "")), kind


def docstrings(model: type[Any]) -> dict[str, str]:
    """What stands below each field, also of those inherited. Python keeps no docstrings of attributes,
    and no process that starts reads its own source."""
    meanings: dict[str, str] = {}
    for base in reversed(model.__mro__):
        if is_dataclass(base) or (
            issubclass(base, BaseModel) and base not in (BaseModel, BaseSettings)
        ):
            meanings |= _docstrings_of(base)
    return meanings


def _docstrings_of(model: type[Any]) -> dict[str, str]:
    (body,) = ast.parse(textwrap.dedent(inspect.getsource(model))).body
    assert isinstance(body, ast.ClassDef)
    return {
        field.target.id: inspect.cleandoc(text.value.value)
        for field, text in zip(body.body, body.body[1:], strict=False)
        if isinstance(field, ast.AnnAssign)
        and isinstance(field.target, ast.Name)
        and isinstance(text, ast.Expr)
        and isinstance(text.value, ast.Constant)
        and isinstance(text.value.value, str)
    }


def _is_section(kind: Any) -> bool:
    return isinstance(kind, type) and (issubclass(kind, BaseModel) or is_dataclass(kind))


def _kind(kind: Any) -> str:
    if _is_section(kind):
        return "section"
    if kind is SecretStr:
        return "secret"
    if get_origin(kind) is Literal:
        return ", ".join(f"`{choice}`" for choice in get_args(kind))
    if isinstance(kind, type) and issubclass(kind, Enum):
        return ", ".join(f"`{choice.value}`" for choice in kind)
    if _holds(kind, Mapping):
        return "table"
    if _holds(kind, Sequence):
        return "list of tables" if any(map(_is_section, get_args(kind))) else "list"
    if isinstance(kind, type):
        return _NAMES.get(kind, kind.__name__)
    # of a union; None is what is left out
    return " or ".join(_kind(choice) for choice in get_args(kind) if choice is not NoneType)


def _number(value: float) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"


def _toml(value: Any) -> str:
    if value is _REQUIRED:
        return "required"
    if value is None:
        return "left out"
    if isinstance(value, Enum):
        value = value.value
    if isinstance(value, SecretStr):
        value = value.get_secret_value()
    return f"`{json.dumps(dict(value) if isinstance(value, Mapping) else value, default=str)}`"


def _shown(section: Section) -> str:
    heading = f"## `[{section.name}]`" if section.name else "## Top"
    rows = [
        [
            f"`{setting.name}`",
            ", ".join(part for part in (setting.kind, setting.bounds) if part),
            _toml(setting.default),
            " ".join(setting.meaning.split()).replace("|", "\\|"),
        ]
        for setting in section.settings
    ]
    table = markdown(["setting", "takes", "default", "what it does"], rows, align=":---")
    return f"{heading}\n\n{section.meaning}\n\n{table}"


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n\n")[0])
    parser.add_argument("--write", action="store_true", help=f"put it into {PAGE.name}")
    text = page()
    print(text)
    if parser.parse_args().write:
        replace_section(PAGE, SECTION, text)


if __name__ == "__main__":
    main()
