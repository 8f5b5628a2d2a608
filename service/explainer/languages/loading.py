"""Loading: the language of a code, and what its own words are."""

from __future__ import annotations

import importlib
import re
from functools import cache, lru_cache

from service.explainer.languages.codes import language_codes
from service.explainer.languages.language import Language


class UnknownLanguage(ValueError):
    """There is no folder for that language."""


@cache
def load_language(code: str) -> Language:
    """The language of a code or tag such as `zh`, `zh-CN` or `en_GB`; the region is ignored.

    UnknownLanguage when there is none.
    """
    primary = code.replace("_", "-").split("-")[0].casefold()
    if primary not in language_codes():
        known = ", ".join(language_codes())
        raise UnknownLanguage(f"no explanations in language {code[:40]!r}; there are: {known}")
    language = importlib.import_module(f"{__package__}.{primary}.language").LANGUAGE
    assert isinstance(language, Language)
    return language


@cache
def own_text(code: str) -> str:
    """Everything that the patterns of a language say themselves, in lower case.

    It tells our words from an item's.
    """
    phrases = load_language(code).own_phrases()
    return " ".join(re.sub(r"\{\w+\}", " ", phrase) for phrase in phrases).casefold()


@lru_cache(maxsize=16_384)
def is_own_word(code: str, words: str) -> bool:
    """Whether a value reads like a part of our own sentences, so that it must be quoted."""
    key = words.casefold()
    pattern = rf"(?<!\w){re.escape(key)}(?!\w)" if key.isascii() else re.escape(key)
    return re.search(pattern, own_text(code)) is not None
