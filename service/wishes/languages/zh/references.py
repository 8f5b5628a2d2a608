"""Items that a Chinese text names by their place in the list before, or by a title: 类似第3个,
像《异形》一样, 不要第二个.

The length of that list is not known here: the last is place -1, the one before it -2.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from service.wishes.languages.zh.numbers import matched, value_of

MAX_PLACE = 100
MAX_TITLE = 40
"""Characters."""
_LIKE = re.compile(
    r"(?P<unlike>不要像|别像|不像|不要跟|不要和|不同于|除了|不要|不想要|不想看|不喜欢|别要|而?不是|去掉|排除)"
    r"|(?:更|要|有点|有些)?(?:类似于?|好像|像)|跟|和|与|比|喜欢|参考"
)
_LIKENESS = re.compile(
    r"(?P<unlike>不要像|别像|不像|不同于)|(?:更|要|有点|有些)?(?:类似于?|像)|跟|和|与"
)
_NO_LIKENESS = re.compile(r"像(?:素|片|机|章)")
_PLACE = matched(
    r"(?P<back>倒数)?第(?P<place>N)(?:个|部|本|件|条|款|首|号|张|双|只)?|(?P<last>最后)(?:一)?[个部本件条款首张双只]"
    r"|(?P<number>N)号(?!线)"
)
_ALSO = re.compile(r"\s*(?:和|与|跟|或者?|以及|[,、])\s*(?=第|倒数第|最后)")
_ALSO_TITLE = re.compile(r"\s*(?:和|与|跟|或者?|以及|[,、])\s*(?=[《\"])")
_TITLE = re.compile(
    rf'《(?P<marked>[^《》]{{1,{MAX_TITLE}}})》|"(?P<quoted>[^"\n]{{1,{MAX_TITLE}}})"'
)
_SUCH = re.compile(r"(?:(?:一样|那样|这样|一般|那么|那种|这种|似|之类|差不多|类似|相似|风格)的?)")
_FREE_TITLE = re.compile(
    rf"(?P<title>[^,。!?;:、\n]{{1,{MAX_TITLE}}}?)"
    r"(?=一样|那样|这样|那种|这种|似的|之类|差不多|类似|相似|的|但|不过|可是|[,。!?;:、\n]|$)"
)
_NEEDS_SUCH = ("跟", "和", "与")
"""These only mean likeness where a word for it comes after the title: 和异形差不多."""


@dataclass(frozen=True, slots=True)
class Found:
    """A reference between two characters of the text. The title's own places are given, as its
    letters are not to be simplified."""

    start: int
    end: int
    like: bool
    place: int = 0
    title: tuple[int, int] = (0, 0)


def references_at(text: str, at: int, *, begins: bool) -> tuple[Sequence[Found], int] | None:
    """The references that begin at a character of a simplified text, and the character after.
    `begins`: no words of a clause stand before it, which 像 may be a part of (图像)."""
    return _by_place(text, at) or _by_title(text, at, begins)


def _by_place(text: str, at: int) -> tuple[Sequence[Found], int] | None:
    word = _LIKE.match(text, at)
    start = word.end() if word else at
    like = word is None or not word["unlike"]
    found: list[Found] = []
    end = at
    while match := _PLACE.match(text, start):
        place = _place_of(match)
        if not place:
            break
        end = match.end()
        found.append(Found(start if found else at, end, like, place))
        also = _ALSO.match(text, end)
        if not also:
            break
        start = also.end()
    if not found:
        return None
    such = _SUCH.match(text, end)
    return found, such.end() if such else end


def _place_of(match: re.Match[str]) -> int:
    if match["last"]:
        return -1
    value = value_of(match["place"] or match["number"])
    place = int(value) if value is not None and 1 <= value <= MAX_PLACE else 0
    return -place if match["back"] else place


def _by_title(text: str, at: int, begins: bool) -> tuple[Sequence[Found], int] | None:
    word = _LIKENESS.match(text, at)
    if word is None or _NO_LIKENESS.match(text, at):
        return None
    marked = _TITLE.match(text, word.end())
    if not begins and (marked is None or word[0] in _NEEDS_SUCH):
        return None
    titles = _marked_titles(text, word.end()) if marked else _free_title(text, word.end())
    if not titles:
        return None
    end = titles[-1][0].end()
    such = _SUCH.match(text, end)
    if such is None and word[0] in _NEEDS_SUCH:
        return None
    like = not word["unlike"]
    found = [Found(match.start(), match.end(), like, title=span) for match, span in titles]
    found[0] = replace(found[0], start=at)
    return found, such.end() if such else end


def _marked_titles(text: str, at: int) -> list[tuple[re.Match[str], tuple[int, int]]]:
    """《异形》或者《铁血战士》: each title, and its place without the marks."""
    found: list[tuple[re.Match[str], tuple[int, int]]] = []
    while match := _TITLE.match(text, at):
        name = "marked" if match["marked"] else "quoted"
        if not any(letter.isalnum() for letter in match[name]):
            break
        found.append((match, match.span(name)))
        also = _ALSO_TITLE.match(text, match.end())
        if also is None:
            break
        at = also.end()
    return found


def _free_title(text: str, at: int) -> list[tuple[re.Match[str], tuple[int, int]]]:
    match = _FREE_TITLE.match(text, at)
    if match is None or not any(letter.isalnum() for letter in match["title"]):
        return []
    return [(match, match.span("title"))]
