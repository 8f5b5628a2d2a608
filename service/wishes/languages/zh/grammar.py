"""Chinese, as a grammar of wishes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from service.wishes.clause import Parsed
from service.wishes.languages.zh.clauses import Reader
from service.wishes.languages.zh.forms import forms_of
from service.wishes.languages.zh.script import is_chinese
from service.wishes.languages.zh.words import PRAISE, SORTS


class Chinese:
    """Has no state."""

    code = "zh"
    sorts: Collection[str] = SORTS
    praise: Collection[str] = PRAISE
    function: Collection[str] = ()

    def reads(self, text: str) -> bool:
        """Whether the text is Chinese by its script."""
        return is_chinese(text)

    def parse(self, text: str) -> Parsed:
        """The parts of a wish, each in the order in which it was said."""
        return Reader(text).read()

    def forms(self, word: str) -> Sequence[str]:
        """Without a word for the kind of item or the particle at its end."""
        return forms_of(word)
