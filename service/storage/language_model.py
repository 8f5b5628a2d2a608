"""The language model that the settings name, opened."""

from __future__ import annotations

from dataclasses import replace

from service.config import Settings
from service.errors import ConfigError
from service.language_model.account import Account
from service.language_model.errors import LanguageModelUnavailable
from service.language_model.model import LanguageModel
from service.language_model.opening import open_model


def prompt_model(settings: Settings, account: Account) -> LanguageModel | None:
    """The model for what somebody waits for, a list or a reply: one for both, so that what fails for
    one is left alone for the other. None where it is for neither. See `configured_model`."""
    chosen = settings.language_model
    if not (chosen.reads_wishes or chosen.phrases_replies):
        return None
    return configured_model(settings, account, timeout_s=chosen.wish_timeout_s)


def configured_model(
    settings: Settings, account: Account, timeout_s: float | None = None
) -> LanguageModel | None:
    """None where there is none; what it is asked goes on the account. ConfigError where a package or
    a file is missing. Close it. `timeout_s` is another than the one that is set."""
    options = settings.language_model_options
    if options is None:
        return None
    if timeout_s is not None:
        options = replace(options, timeout_s=timeout_s)
    try:
        return open_model(options, account, max_cached=settings.language_model.max_cached)
    except LanguageModelUnavailable as error:
        raise ConfigError(f"language_model: {error}") from None
