"""The parts of an English wish, read from left to right.

Owns where a clause begins and ends, and how far a stance reaches, forward or, of a refusal, back: over
a list that closes with "or", and no further than the next comma, "but" or verb of asking elsewhere.
Knows no numbers and titles.
"""

from __future__ import annotations

from dataclasses import replace

from service.wishes.clause import Clause, Limit, Parsed, Quantity, Reference, Stance
from service.wishes.languages.bounds import deny_last, inverted
from service.wishes.languages.en.ages import by_age_group
from service.wishes.languages.en.forms import is_comparative
from service.wishes.languages.en.limits import limit_at
from service.wishes.languages.en.references import references_at
from service.wishes.languages.en.words import (
    AGES,
    ASKED_FOR,
    AT_THE_START,
    DENIED,
    DETERMINERS,
    FUNCTION,
    NAMES,
    REFUSALS,
    STANCES,
    TURNS,
    VERBS_OF_ASKING,
    Refusal,
    Turn,
)
from service.wishes.languages.text import Kind, Source

_QUOTES = "\"'《》“”‘’«»"
_MAX_LOOKED_AT = 8
_MAX_LIST_TOKENS = 12
"""How far ahead the "or" of a list is looked for."""
_MAX_ELEMENT_WORDS = 3
_PERSONS = ("i", "we", "id", "im", "wed")
"""What they ask for is wanted, also after "no": "no I want horror"."""
_MARKS_OF_ASKING = "?:-"


class Reader:
    """One reading of one text."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._clauses: list[Clause] = []
        self._limits: list[Limit] = []
        self._references: list[Reference] = []
        self._list = 0
        """The clauses from here on are of the list that is being read."""
        self._part = (0, -1)
        """Tokens of the limit or the references that were read last."""
        self._is_reference = False
        self._begin(Stance.WANT, None)

    def read(self) -> Parsed:
        """All parts of the text."""
        at = 0
        while at < len(self._source.tokens):
            at = (
                self._quoted(at)
                or self._refusal(at)
                or self._reference(at)
                or self._limit(at)
                or self._stance_or_turn(at)
                or self._mark(at)
                or self._word(at)
            )
        self._flush()
        return Parsed(tuple(self._clauses), tuple(self._limits), tuple(self._references))

    def _begin(self, stance: Stance, opener: int | None) -> None:
        """A clause of which there are no words yet. Its text begins at `opener`."""
        self._stance, self._opener = stance, opener
        self._first = self._end = 0
        self._has_years = False

    @property
    def _has_words(self) -> bool:
        """Whether there is more than function words. Of many of these in a row a few are looked at."""
        looked_at = range(self._first, min(self._end, self._first + _MAX_LOOKED_AT))
        is_long = self._end - self._first > _MAX_LOOKED_AT
        return is_long or not all(self._is_function(at) for at in looked_at)

    @property
    def _names_function_words(self) -> bool:
        """Whether what is not wanted is called by function words alone, all with capitals."""
        words = range(self._first, self._end)
        is_denied = self._stance is Stance.WITHOUT and self._opener is not None
        return (
            bool(words)
            and is_denied
            and not self._has_words
            and all(map(self._source.is_capital, words))
        )

    def _add(self, at: int, end: int) -> int:
        if self._end == self._first:
            self._first = at
        self._end = end
        return end

    def _flush(self, behind: int | None = None) -> None:
        """Closes the clause: no function words at its ends. Its text goes on to before `behind`,
        where what shows the stance stands behind its words."""
        first, end = self._first, self._end
        if self._names_function_words:  # "not The Thing"
            title = self._source.excerpt(first, end)
            text = self._source.excerpt(self._opener or first, end)
            self._references.append(Reference(text, like=False, title=title))
            first = end
        while first < end and self._is_function(first):
            first += 1
        while first < end and self._is_function(end - 1):
            end -= 1
        words = self._source.excerpt(first, end)
        if end - first == 1 and self._source.kind(first) is Kind.QUOTED:
            words = words.strip(_QUOTES).strip()
        if any(letter.isalnum() for letter in words):
            begin = first if self._opener is None else self._opener
            text = self._source.excerpt(begin, behind or end)
            said = by_age_group(words)
            self._clauses.append(Clause(text, self._stance, said, self._age(first, end)))
        self._first = self._end = 0
        self._list = len(self._clauses)

    def _age(self, first: int, end: int) -> Limit | None:
        """The limit that the first word of a clause is, where it tells how old what is wanted is. Behind
        "with" and "about" it tells of something else: "about an old man"."""
        source, direction = self._source, AGES.get(self._source.key(first))
        is_wanted = self._stance is Stance.PREFER or (
            self._stance is Stance.WANT and self._opener is None
        )
        is_name = source.is_capital(first) and source.is_capital(first + 1)
        if direction is None or not is_wanted or is_name:
            return None
        quantity = Quantity.NEWNESS if direction > 0 else Quantity.YEAR
        return Limit(source.excerpt(first, first + 1), quantity, direction=direction)

    def _is_function(self, at: int) -> bool:
        source = self._source
        if source.kind(at) in (Kind.SIGN, Kind.MARK):
            return True
        ends_name = source.is_capital(at - 1) and source.key(at - 1) not in FUNCTION
        begins_name = source.key(at) in NAMES and source.is_capital(at + 1)
        is_name = source.is_capital(at) and (ends_name or begins_name)
        return source.kind(at) is Kind.WORD and source.key(at) in FUNCTION and not is_name

    def _quoted(self, at: int) -> int | None:
        return self._add(at, at + 1) if self._source.kind(at) is Kind.QUOTED else None

    def _refusal(self, at: int) -> int | None:
        """What denies the words before it: "musicals? no thanks". Alone it says nothing."""
        source = self._source
        is_behind_mark = source.kind(at) is Kind.MARK
        found = REFUSALS.at(source, at + is_behind_mark)
        if found is None or self._stance is not Stance.WANT:
            return None
        refusal, end = found
        is_brief = refusal is Refusal.BRIEF
        if is_brief and not (is_behind_mark and source.key(at) in _MARKS_OF_ASKING):
            return None
        goes_on = source.kind(end) not in (None, Kind.MARK)
        if goes_on and (is_brief or TURNS.at(source, end) is None):
            return None
        if not self._has_words:
            if self._part[1] == at:
                self._refuse_part(end)
            return end
        first = self._list
        self._stance = Stance.WITHOUT
        self._flush(end)
        self._clauses[first:] = [replace(one, stance=self._stance) for one in self._clauses[first:]]
        self._begin(Stance.WANT, None)
        return end

    def _refuse_part(self, end: int) -> None:
        """The limit or the references that were read last: "like Alien? no thanks"."""
        begin, end_of_part = self._part
        text = self._source.excerpt(begin, end)
        if self._is_reference:
            self._references[-1] = replace(self._references[-1], like=False, text=text)
            return
        if deny_last(self._limits, text):
            return
        self._first, self._end, self._stance = begin, end_of_part, Stance.WITHOUT
        self._flush(end)
        self._begin(Stance.WANT, None)

    def _reference(self, at: int) -> int | None:
        found = references_at(self._source, at, self._ends_title)
        if found is None:
            return None
        self._flush()
        self._references.extend(found[0])
        self._part, self._is_reference = (at, found[1]), True
        self._begin(Stance.WANT, None)
        return found[1]

    def _ends_title(self, at: int) -> bool:
        turn = TURNS.at(self._source, at)
        return (
            STANCES.at(self._source, at) is not None
            or (turn is not None and turn[0] is not Turn.AND)
            or limit_at(self._source, at) is not None
        )

    def _limit(self, at: int) -> int | None:
        found = limit_at(self._source, at)
        if found is None:
            return None
        limit, end = found
        is_denied = self._is_denied(limit)
        denied = inverted(limit) if is_denied else limit
        of_topic = self._has_years and limit.quantity is Quantity.YEAR and not self._has_words
        if denied is None or of_topic:
            return self._add(at, end)
        if is_denied:
            self._first = self._end  # what is counted is no clause: "no films over two hours"
        elif limit.quantity is Quantity.UNNAMED and self._has_words:
            denied = replace(denied, before=self._source.excerpt(self._end - 1, self._end))
        if is_denied and self._opener is not None:
            denied = replace(denied, text=self._source.excerpt(self._opener, end))
        self._flush()
        self._limits.append(denied)
        self._part, self._is_reference = (at, end), False
        self._begin(Stance.WANT, None)
        return end

    def _is_denied(self, limit: Limit) -> bool:
        """Whether a limit is what is not wanted: "nothing over 50", "no films from the eighties"."""
        if self._stance not in (Stance.WITHOUT, Stance.LESS):
            return False
        said = {self._source.key(at) for at in range(self._first, self._end)}
        goes_with_words = self._stance is Stance.WITHOUT and inverted(limit) is None
        return not self._has_words or said <= ASKED_FOR or goes_with_words

    def _stance_or_turn(self, at: int) -> int | None:
        stance, turn = STANCES.at(self._source, at), TURNS.at(self._source, at)
        if stance is None and not self._has_words and self._opener is None:
            stance = AT_THE_START.at(self._source, at)
        if stance and (turn is None or stance[1] >= turn[1]):
            self._open(stance[0], at)
            return stance[1]
        if turn and not self._is_of_name(turn[0], at):
            return self._turn(turn[0], at, turn[1])
        return None

    def _is_of_name(self, turn: Turn, at: int) -> bool:
        """Whether a function word stands in a name: "Stranger Things", "Gone With The Wind"."""
        may_be = turn in (Turn.ANYTHING, Turn.WITH, Turn.ABOUT, Turn.AND) and self._has_words
        return may_be and self._source.is_capital(at - 1) and self._source.is_capital(at)

    def _open(self, stance: Stance, at: int) -> None:
        if self._has_words or self._opener is None:
            self._flush()
            self._begin(stance, at)
            return
        if self._stance is Stance.WITHOUT and stance is Stance.PREFER:
            stance = Stance.LESS
        self._begin(stance, self._opener)

    def _turn(self, turn: Turn, at: int, end: int) -> int:
        match turn:
            case Turn.AND | Turn.OR:
                return self._and_or(turn, at, end)
            case Turn.WITH | Turn.ABOUT:
                return self._with(turn, at, end)
            case Turn.ANYTHING if not self._has_words:
                return end
            case Turn.ASKING if not self._has_words and self._source.key(at) not in _PERSONS:
                return end
        self._flush()
        self._begin(Stance.WANT, None)
        return end

    def _and_or(self, turn: Turn, at: int, end: int) -> int:
        """What "and" joins are words, and what "or" joins elements of a list where a stance was shown. An
        article begins anew."""
        following = self._source.key(end)
        if not self._has_words:
            return end
        if following in DETERMINERS or is_comparative(following):
            keeps = turn is Turn.OR and self._stance is not Stance.WANT
            self._flush()
            self._begin(self._stance if keeps else Stance.WANT, None)
            return end
        if turn is Turn.OR and self._stance is not Stance.WANT:
            self._flush()
            self._begin(self._stance, None)
            return end
        return self._add(at, end)

    def _with(self, turn: Turn, at: int, end: int) -> int:
        if self._stance is Stance.WITHOUT and self._has_words:
            opener = self._opener
            if opener is None or self._source.key(opener) != "not":
                return self._add(at, end)  # "no films with zombies"
        if self._has_words or self._stance is Stance.WANT:
            self._flush()
            self._begin(Stance.WANT, at)
        self._has_years = turn is Turn.ABOUT
        return end

    def _mark(self, at: int) -> int | None:
        source = self._source
        if source.kind(at) is Kind.MARK:
            first, is_list = self._list, self._is_list(at)
            self._flush()
            if is_list:
                self._list = first
            self._begin(self._stance if is_list else Stance.WANT, None)
            return at + 1
        if source.kind(at) is not Kind.SIGN:
            return None
        if source.key(at) == "-" and source.joined(at + 1) and not source.joined(at):
            self._open(Stance.WITHOUT, at)
        return at + 1

    def _is_list(self, at: int) -> bool:
        """Whether a comma stands in a list that closes with "or": "no horror, war or musicals"."""
        source, n_words = self._source, 0
        for place in range(at, min(at + _MAX_LIST_TOKENS, len(source.tokens))):
            turn = TURNS.at(source, place)
            if turn and turn[0] is Turn.OR:
                return True
            if source.key(place) == ",":
                n_words = 0
                continue
            n_words += 1
            is_over = turn or STANCES.at(source, place) or source.kind(place) is Kind.MARK
            if is_over or n_words > _MAX_ELEMENT_WORDS:
                return False
        return False

    def _word(self, at: int) -> int:
        source = self._source
        begins = not self._has_words
        is_denied = begins and self._stance is Stance.WITHOUT and source.key(at - 1) in DENIED
        if is_denied and source.key(at) in VERBS_OF_ASKING:
            return at + 1
        is_name = source.is_capital(at) and source.is_capital(at + 1)
        if begins and not is_name and is_comparative(source.key(at)):
            if self._stance is Stance.WANT:
                opener = self._opener
                self._flush()
                self._begin(Stance.PREFER, opener)
            elif self._stance is Stance.WITHOUT:
                self._stance = Stance.LESS
        return self._add(at, at + 1)
