"""The commands in English: "undo", "why 2?", "what would take 1 off?"."""

from __future__ import annotations

import re

from service.dialogue.command import Verb
from service.dialogue.languages.commands import Commands, phrases_of
from service.wishes.languages.en.grammar import English

_PHRASES = {
    Verb.UNDO: """undo, undo that, undo it, undo the last one, go back, back, step back, one step back,
        take that back, take it back, take the last one back, take the last one off, revert,
        revert that, never mind that, forget that, scratch that, not that, the list before""",
    Verb.START_OVER: """start over, start again, start afresh, start anew, start from scratch,
        start fresh, restart, reset, begin again, begin anew, from scratch, from the beginning,
        new search, something completely different, forget everything, forget all that, forget it all,
        clear, clear all, clear everything""",
    Verb.SHOW: """show, list, show list, the list, show the list, show me the list, show it,
        show it again, show me again, show again, the list again, again, repeat, repeat that,
        what was the list, where are we, where were we""",
    Verb.MORE: """more, more results, more of them, show more, show me more, some more, next,
        next page, the next page, the next ones, go on, continue, what else, anything else,
        what else is there, is there more, any more, and more, keep going""",
    Verb.HELP: """help, help me, h, /help, what can i say, what can i do, what can i ask,
        what can you do, commands, how does this work, how do i use this""",
    Verb.QUIT: """quit, exit, bye, goodbye, bye bye, good bye, q, :q, stop, leave, im done, i am done,
        thats all, that is all, thats it, end, /quit, /exit""",
}
_POLITE = (
    r"(?:ok|okay|please|well|now|and|but|so|hey|hm+|oh|no,|lets|let us|can you|could you|can we|"
    r"can i|could we|would you|i want to|id like to|just)"
)
_OFF = r"(?:off|away|out|down|from|of|not|disappear|vanish|go|leave|drop|be)\b.*"
_RECOMMENDED = r"(?:recommend|recommended|suggest|suggested|pick|picked|choose|chosen|list|listed|show|shown|put)"
_HERE = (
    r"is|are|was|here|there|on the list|on my list|in the list|recommended|suggested|shown|listed|first"
    r"|so high"
)
_WHICH = r"(?P<which>\S.*?)"

ENGLISH = Commands(
    phrases=phrases_of(_PHRASES),
    polite=re.compile(
        rf"^(?:{_POLITE},? )+|(?:,? (?:please|now|then|thanks|thank you|pls|again please))+$"
    ),
    why=(
        re.compile(r"(?:why|how come|explain|but why|why that|why this)(?P<which>)"),
        re.compile(
            r"(?:tell me |say |i wonder |explain )?"
            r"(?:why|how come)(?! (?:not|dont|doesnt|isnt|arent)\b)"
            r"(?: did you| do you| would you| have you)?"
            rf"(?: {_RECOMMENDED}(?: me)?)?"
            r"(?: is| are| was| do i see| do i get| am i seeing| am i shown| have i got)?"
            rf" {_WHICH}(?: (?:{_HERE}))*"
        ),
        re.compile(
            rf"(?:explain|(?:what is |whats |give me |tell me )?the reasons? (?:for|of|behind)|reasons? for) {_WHICH}"
        ),
    ),
    change=(
        re.compile(
            r"what (?:would|could|will|might|can|does|do i have to do to) "
            rf"(?:take|takes|get|push|knock|move|drop|keep|bring|throw|make) {_WHICH} {_OFF}"
        ),
        re.compile(
            r"what (?:would|could|will|might|can) "
            rf"(?:remove|change|displace|replace|exclude|unseat|beat) {_WHICH}(?: from .*)?"
        ),
        re.compile(
            r"what (?:would|does|will|might) it take "
            rf"(?:to|for) (?:(?:take|get|remove|drop|lose|push|see|have|make)(?: rid of)? )?{_WHICH}"
            rf"(?: (?:to )?{_OFF})?"
        ),
        re.compile(
            r"how (?:do|can|could|would|might) (?:i|we|one) "
            rf"(?:get|take|remove|drop|throw|push|lose)(?: rid of)? {_WHICH}(?: {_OFF})?"
        ),
        re.compile(rf"what takes {_WHICH} {_OFF}"),
    ),
    grammar=English(),
)
