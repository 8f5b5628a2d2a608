"""The languages of a conversation. Another one is three more files, and a line here."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from service.dialogue.languages.commands import Commands
from service.dialogue.languages.en_commands import ENGLISH as ENGLISH_COMMANDS
from service.dialogue.languages.en_manners import ENGLISH as ENGLISH_MANNERS
from service.dialogue.languages.en_sentences import ENGLISH
from service.dialogue.languages.manners import Manners
from service.dialogue.languages.sentences import Sentences
from service.dialogue.languages.zh_commands import CHINESE as CHINESE_COMMANDS
from service.dialogue.languages.zh_manners import CHINESE as CHINESE_MANNERS
from service.dialogue.languages.zh_sentences import CHINESE


@dataclass(frozen=True, slots=True)
class Language:
    """What is heard, and what is said."""

    code: str
    commands: Commands
    sentences: Sentences
    manners: Manners
    """What a language model may say in place of some of the sentences."""


_LANGUAGES = (
    Language("en", ENGLISH_COMMANDS, ENGLISH, ENGLISH_MANNERS),
    Language("zh", CHINESE_COMMANDS, CHINESE, CHINESE_MANNERS),
)


def languages() -> Sequence[Language]:
    """All of them; the first is that of replies to what has no words."""
    return _LANGUAGES


def language_of(code: str) -> Language:
    """The language of a code; the first where there is none of it."""
    return next((one for one in _LANGUAGES if one.code == code), _LANGUAGES[0])
