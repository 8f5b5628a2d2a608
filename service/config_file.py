"""Reading the settings from `palate.toml` and `PALATE_...` variables, by one function.

Where a value is given twice, the caller's argument wins over the environment, and the environment
over the file. Nested fields are written `PALATE_SERVER__ADDRESS` in the environment. Variables
without the double underscore that are not settings (Kubernetes sets `PALATE_PORT` for a service
called palate) are left alone.

Owns where values come from, and the one line that says what is wrong with them. Knows no setting but
by what `service.config` says of it. The only reader of `os.environ`.
"""

from __future__ import annotations

import os
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ValidationError
from pydantic_settings import EnvSettingsSource
from pydantic_settings.exceptions import SettingsError

from service.config import (
    DEFAULT_DATA,
    OPENAI_KEY_VARIABLE,
    PSEUDONYM_KEY_VARIABLE,
    EventKindSettings,
    Settings,
)
from service.errors import ConfigError

CLIENT_VARIABLES = ("key", "key_file", "tls", "tls_ca", "tls_cert", "tls_key")
"""PALATE_CLIENT_KEY and so on: how commands ask a server. They are no settings of a server."""
CONFIG_FILE = "palate.toml"
ENV_PREFIX = "PALATE_"
SECRETS = {"openai_api_key": OPENAI_KEY_VARIABLE, "pseudonym_key": PSEUDONYM_KEY_VARIABLE}
"""Settings that are in the environment only, by name, and the variables they are in."""
ENV_NESTING = "__"


def load_settings(
    data: Path | None = None, config: Path | None = None, overrides: Mapping[str, Any] | None = None
) -> Settings:
    """The settings for this process; ConfigError says in one line what cannot be used.

    `config` is a file that must exist; without it, `palate.toml` in the data folder is read if it
    is there. `overrides` is a nested mapping of the caller's arguments, e.g. {"server": {"address":
    "..."}}.
    """
    environment = _from_environment()
    chosen: Any = data or environment.get("data") or DEFAULT_DATA
    path = config or Path(chosen) / CONFIG_FILE
    values = _read_toml(path) if config is not None or path.is_file() else {}
    for name, variable in SECRETS.items():
        if name in values:
            raise ConfigError(
                f"{path} holds {name}; take it out, and put it into {variable} instead"
            )
    values = _merge(values, environment)
    values = _merge(values, dict(overrides or {}))
    if data is not None:
        values["data"] = data
    try:
        settings = Settings(**values)
    except ValidationError as error:
        raise ConfigError(_in_one_line(error, path if values else None)) from None
    _require_folder(settings.data)
    return settings


def _require_folder(data: Path) -> None:
    """ConfigError where something else is in the place of the data folder, or of one it lies in."""
    there = next((path for path in (data, *data.parents) if path.exists()), None)
    if there is not None and not there.is_dir():
        raise ConfigError(f"data folder {data}: {there} is a file; name a folder with --data")


def _from_environment() -> dict[str, Any]:
    known = set(Settings.model_fields)
    for name in sorted(os.environ):
        section = name.upper().removeprefix(ENV_PREFIX).split(ENV_NESTING)[0].lower()
        if name.upper().startswith(ENV_PREFIX) and ENV_NESTING in name and section not in known:
            raise ConfigError(
                f"environment variable {name}: unknown section {section!r}; known: {_listed(known)}"
            )
    try:
        source = EnvSettingsSource(
            Settings, env_prefix=ENV_PREFIX, env_nested_delimiter=ENV_NESTING
        )
        return source()
    except SettingsError as error:
        raise ConfigError(
            f"environment: {error}; nested values are JSON, e.g. PALATE_EVENTS__KINDS='{{}}'"
        ) from None


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise ConfigError(f"configuration file {path} does not exist; check --config") from None
    except OSError as error:
        raise ConfigError(f"configuration file {path} cannot be read: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise ConfigError(
            f"configuration file {path} is not UTF-8 (byte {error.start}); save it as UTF-8"
        ) from None
    except tomllib.TOMLDecodeError as error:
        raise ConfigError(f"configuration file {path} is not TOML: {error}") from None


def _merge(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    merged = dict(below)
    for name, value in above.items():
        old = merged.get(name)
        merged[name] = (
            _merge(old, value) if isinstance(old, dict) and isinstance(value, Mapping) else value
        )
    return merged


def _in_one_line(error: ValidationError, path: Path | None) -> str:
    problems = []
    for problem in error.errors():
        name = ".".join(str(part) for part in problem["loc"])
        if problem["type"] == "extra_forbidden":
            problems.append(
                f"unknown field {name}; known here: {_listed(_fields_beside(problem['loc']))}"
            )
        else:
            shown = (
                ""
                if problem["type"] in ("value_error", "missing")
                else f", not {problem['input']!r}"
            )
            problems.append(f"{name}: {problem['msg'].removeprefix('Value error, ')}{shown}")
    return f"settings{f' ({path} and environment)' if path else ''}: " + "; ".join(problems)


def _fields_beside(loc: tuple[int | str, ...]) -> set[str]:
    model: type[BaseModel] = Settings
    for part in loc[:-1]:
        field = model.model_fields.get(str(part))
        inner = field.annotation if field is not None else EventKindSettings
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            model = inner
    return set(model.model_fields)


def _listed(names: set[str]) -> str:
    return ", ".join(sorted(names))


def client_environment() -> Mapping[str, str]:
    """Those of `CLIENT_VARIABLES` that are set, and not empty."""
    names = {name: f"{ENV_PREFIX}CLIENT_{name.upper()}" for name in CLIENT_VARIABLES}
    return {name: value for name, key in names.items() if (value := os.environ.get(key))}


def environment_with(names: Mapping[str, str]) -> dict[str, str]:
    """The environment for another process of Palate: as it is here, and these where it lacks them."""
    return {**names, **os.environ}
