"""Text as tokens, the same for a catalogue's values, its words and a wish."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_KANA_HANGUL = "\u3040-\u30ff\uac00-\ud7af"
_MARKS = re.compile("[\u0300-\u036f]")
_POSSESSIVE = re.compile(r"['’`]s\b")
_APOSTROPHES = str.maketrans("", "", "'’`")
_TOKEN = re.compile(rf"[{_HAN}{_KANA_HANGUL}]|[^\W_{_HAN}{_KANA_HANGUL}]+")


@lru_cache(maxsize=4_096)
def tokens(text: str) -> tuple[str, ...]:
    """Words in lower case without accents, apostrophes and the s of a possessive; of Han characters,
    kana and hangul one token each.

    >>> tokens("Sci-Fi, l'été & Rock'n'Roll (1995)")
    ('sci', 'fi', 'lete', 'rocknroll', '1995')
    """
    flat = text.casefold()
    if not flat.isascii():
        flat = unicodedata.normalize("NFKC", _MARKS.sub("", unicodedata.normalize("NFKD", flat)))
    return tuple(_TOKEN.findall(_POSSESSIVE.sub("", flat).translate(_APOSTROPHES)))


def is_ideograph(token: str) -> bool:
    """Whether it is one sign of a script that is written without spaces."""
    return len(token) == 1 and bool(re.match(f"[{_HAN}{_KANA_HANGUL}]", token))
