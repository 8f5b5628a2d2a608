"""The parts of a Chinese wish, read from left to right.

There is no segmenter: function words and marks split the text, and the vocabulary of a catalogue
finds values inside the words. Owns where a clause begins and ends.
"""

from __future__ import annotations

import re
from dataclasses import replace

from service.wishes.clause import Clause, Limit, Parsed, Quantity, Reference, Stance
from service.wishes.languages.bounds import deny_last, inverted
from service.wishes.languages.zh import words as zh
from service.wishes.languages.zh.ages import by_age_group
from service.wishes.languages.zh.limits import limit_at
from service.wishes.languages.zh.references import references_at
from service.wishes.languages.zh.script import simplified

_TITLE = re.compile(r"《[^《》]{1,40}》|\"[^\"\n]{1,40}\"")
_MAX_LOOKED_AT = 12
_QUOTES = '《》"“”「」 '
_STANCES = ((zh.LESS, Stance.LESS), (zh.WITHOUT, Stance.WITHOUT), (zh.PREFER, Stance.PREFER))
_STANCES_AT_THE_START = (
    (zh.LESS_AT_THE_START, Stance.LESS),
    (zh.WITHOUT_AT_THE_START, Stance.WITHOUT),
)


class Reader:
    """One reading of one text."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._folded = simplified(text)
        self._clauses: list[Clause] = []
        self._limits: list[Limit] = []
        self._references: list[Reference] = []
        self._part_read = (0, -1)
        """Characters of the limit or the references that were read last."""
        self._is_reference = False
        self._begin(Stance.WANT, 0, 0)

    def read(self) -> Parsed:
        """All parts of the text."""
        at = 0
        while at < len(self._text):
            at = (
                self._refusal(at)
                or self._separator(at)
                or self._part(at)
                or self._stance(at)
                or self._word(at)
            )
        self._flush(len(self._text))
        return Parsed(tuple(self._clauses), tuple(self._limits), tuple(self._references))

    def _begin(self, stance: Stance, opener: int, first: int) -> None:
        """A clause whose words begin at `first`, and its text at `opener`."""
        self._stance_now, self._opener, self._first = stance, opener, first

    def _restart(self, at: int, end: int, stance: Stance = Stance.WANT) -> int:
        """Closes the clause at one character and begins another after what parts them."""
        self._flush(at)
        self._begin(stance, end, end)
        return end

    def _has_words(self, at: int) -> bool:
        """Whether there is more than function words before a character. Of many function words in
        a row no more than a few are looked at."""
        return self._after_leading(min(at, self._first + _MAX_LOOKED_AT)) < at

    def _after_leading(self, end: int) -> int:
        first = self._first
        while first < end and (match := zh.LEADING.match(self._folded, first)):
            first = match.end()
        return first

    def _trimmed(self, end: int) -> tuple[int, int]:
        """The words before a character, without function words at their ends."""
        first = self._after_leading(end)
        while first < end:
            since = max(first, end - zh.MAX_TRAILING)
            match = zh.TRAILING.search(self._folded, since, end)
            if match is None:
                break
            end = match.start()
        return first, end

    def _flush(self, end: int, behind: int = 0) -> None:
        """Closes the clause. Its text goes on to before `behind`, where what shows the stance stands
        behind its words."""
        first, end = self._trimmed(end)
        stance = self._stance_now
        softened = zh.SOFTENED.search(self._folded, max(first + 1, end - 3), end)
        end_of_words = end
        if softened and stance is Stance.WANT:
            stance, end_of_words = Stance.PREFER, softened.start()
        words = self._written(first, end_of_words)
        if _TITLE.fullmatch(self._folded, first, end_of_words):
            words = words.strip(_QUOTES)
        if any(letter.isalnum() for letter in words):
            has_opener = stance is not Stance.WANT and self._opener < first
            text = self._written(self._opener if has_opener else first, behind or end)
            self._clauses.append(Clause(text, stance, by_age_group(words), _age(words, stance)))
        self._first = end

    def _written(self, first: int, end: int) -> str:
        return " ".join(self._text[first:end].split())

    def _refusal(self, at: int) -> int | None:
        """What denies the words before it: 恐怖片？不用了，谢谢. Alone it says nothing."""
        match = zh.REFUSAL.match(self._folded, at)
        if match is None or self._stance_now is not Stance.WANT:
            return None
        if self._part_read[1] == self._first and not self._has_words(at):
            self._refuse_part(match.end())
        return self._denied(at, match.end())

    def _refuse_part(self, end: int) -> None:
        """The limit or the references that were read last: 像《异形》？不用了."""
        begin, end_of_part = self._part_read
        text = self._written(begin, end)
        if self._is_reference:
            self._references[-1] = replace(self._references[-1], like=False, text=text)
            return
        if deny_last(self._limits, text):
            return
        self._stance_now, self._first = Stance.WITHOUT, begin
        self._flush(end_of_part, end)

    def _denied(self, at: int, end: int) -> int:
        """Closes a clause that is denied by what stands behind it."""
        if self._has_words(at):
            self._stance_now = Stance.WITHOUT
        self._flush(at, end)
        self._begin(Stance.WANT, end, end)
        return end

    def _separator(self, at: int) -> int | None:
        """Marks, and words that begin anew."""
        folded = self._folded
        if title := _TITLE.match(folded, at):
            return title.end()
        if match := zh.OR.match(folded, at):
            return self._restart(at, match.end(), self._stance_now)
        if match := zh.MARK.match(folded, at) or zh.HARMLESS.match(folded, at):
            return self._restart(at, match.end())
        if (match := zh.BUT.match(folded, at)) and not limit_at(folded, at):
            return self._restart(at, match.end())
        return None

    def _part(self, at: int) -> int | None:
        """A reference or a limit."""
        if found := references_at(self._folded, at, begins=not self._has_words(at)):
            self._restart(at, found[1])
            for one in found[0]:
                text, title = self._written(one.start, one.end), self._written(*one.title)
                self._references.append(Reference(text, one.like, one.place, title))
            self._part_read, self._is_reference = (at, found[1]), True
            return found[1]
        if limited := limit_at(self._folded, at):
            return self._limit(at, *limited)
        return None

    def _limit(self, at: int, limit: Limit, end: int) -> int | None:
        is_denied = self._stance_now is Stance.WITHOUT and not self._has_words(at)
        denied = inverted(limit) if is_denied else limit
        if denied is None:
            return end
        start = self._opener if is_denied else at
        self._limits.append(replace(denied, text=self._written(start, end)))
        self._part_read, self._is_reference = (at, end), False
        return self._restart(at, end)

    def _stance(self, at: int) -> int | None:
        folded = self._folded
        for pattern, stance in _STANCES:
            if match := pattern.match(folded, at):
                if self._is_behind(stance, at, match.end()):
                    return self._denied(at, match.end())
                return self._open(stance, at, match.end())
        if match := zh.ASKING.match(folded, at):
            if self._stance_now is Stance.WITHOUT and not self._has_words(at):
                return match.end()
            return self._restart(at, match.end())
        if zh.NO_NEGATION.match(folded, at) or self._has_words(at):
            return None
        for pattern, stance in _STANCES_AT_THE_START:
            if match := pattern.match(folded, at):
                return self._open(stance, at, match.end())
        return None

    def _is_behind(self, stance: Stance, at: int, end: int) -> bool:
        """Whether a negation is said of the words before it: 恐怖片不要."""
        is_denial = stance is Stance.WITHOUT and self._stance_now is Stance.WANT
        return is_denial and bool(zh.ENDS.match(self._folded, end)) and self._has_words(at)

    def _open(self, stance: Stance, at: int, end: int) -> int:
        is_bare = self._stance_now is not Stance.WANT and not self._has_words(at)
        opener = self._opener if is_bare else at
        if is_bare and self._stance_now is Stance.WITHOUT and stance is Stance.PREFER:
            stance = Stance.LESS
        self._flush(at)
        self._begin(stance, opener, end)
        return end

    def _word(self, at: int) -> int:
        if self._folded[at] == "的" and self._ends_at_particle(at):
            return self._restart(at, at + 1)
        return at + 1

    def _ends_at_particle(self, at: int) -> bool:
        """Whether a stance goes with what stands before 的 only: 没有暴力的喜剧, 不太长的电影."""
        is_denied = self._stance_now is Stance.WITHOUT
        denies_these = is_denied and zh.OF_WHAT_FOLLOWS.match(self._folded, self._opener)
        return bool(denies_these or self._stance_now is Stance.LESS) and self._has_words(at)


def _age(words: str, stance: Stance) -> Limit | None:
    """The limit that the beginning of the words is, where it tells how old what is wanted is: 老电影."""
    found = zh.AGE.match(words) if stance in (Stance.WANT, Stance.PREFER) else None
    return Limit(found[0], Quantity.YEAR, direction=-1) if found else None
