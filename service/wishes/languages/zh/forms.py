"""Other forms of a Chinese word: nothing is inflected, but particles and kinds may be left out."""

from __future__ import annotations

_ENDINGS = ("的", "类", "类型", "型", "片", "電影", "电影", "片子", "剧", "劇")


def forms_of(word: str) -> list[str]:
    """The word without what a catalogue may leave out: 恐怖片 and 恐怖的 -> 恐怖."""
    found = [word.removesuffix(ending) for ending in _ENDINGS if word.endswith(ending)]
    return [form for form in dict.fromkeys(found) if len(form) > 1]
