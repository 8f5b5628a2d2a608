"""The language model that the settings name, opened."""

from __future__ import annotations

from service.config import Settings
from service.errors import ConfigError
from service.language_model.account import Account
from service.language_model.errors import LanguageModelUnavailable
from service.language_model.model import LanguageModel
from service.language_model.opening import open_model


def configured_model(settings: Settings, account: Account) -> LanguageModel | None:
    """None where there is none; what it is asked goes on the account. ConfigError where a package or
    a file is missing. Close it."""
    options = settings.language_model_options
    if options is None:
        return None
    try:
        return open_model(options, account, max_cached=settings.language_model.max_cached)
    except LanguageModelUnavailable as error:
        raise ConfigError(f"language_model: {error}") from None
