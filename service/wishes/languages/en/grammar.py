"""English, as a grammar of wishes."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from service.wishes.clause import Parsed
from service.wishes.languages.en.clauses import Reader
from service.wishes.languages.en.forms import forms_of
from service.wishes.languages.en.recognition import is_english
from service.wishes.languages.en.tokens import tokenised
from service.wishes.languages.en.words import ASKED_FOR, FUNCTION, PRAISE


class English:
    """Has no state."""

    code = "en"
    sorts: Collection[str] = ASKED_FOR
    praise: Collection[str] = PRAISE
    function: Collection[str] = FUNCTION

    def reads(self, text: str) -> bool:
        """Whether the text is English, or names and numbers only."""
        return is_english(tokenised(text))

    def parse(self, text: str) -> Parsed:
        """The parts of a wish, each in the order in which it was said."""
        return Reader(tokenised(text)).read()

    def forms(self, word: str) -> Sequence[str]:
        """Singular and plural, base of a comparative, and with or without hyphens."""
        return forms_of(word)
