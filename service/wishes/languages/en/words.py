"""Function words of English, and phrases that tell how a person stands to what comes after them.

Owns words that name nothing: of asking, of negation, between clauses. There are no topics here.
Apostrophes are left out, as many people leave them out.
"""

from __future__ import annotations

from enum import Enum, auto

from service.wishes.clause import Stance
from service.wishes.languages.phrases import Phrases, phrases_of, words_of


class Turn(Enum):
    """What words between clauses do."""

    ASKING = auto()
    """Begins anew what is wanted: "show me", "please"."""
    ANYTHING = auto()
    """The same, unless what shows a stance stands directly before it: "not something too long".
    Also what says nothing that can be looked for: "not bad", "lots of"."""
    WITH = auto()
    """Begins another thing that is wanted: "with", "directed by"."""
    ABOUT = auto()
    """The same, and the years of its words are not years of making: "set in the 1920s"."""
    BUT = auto()
    AND = auto()
    OR = auto()


class Refusal(Enum):
    """What denies the words before it, and nothing after it."""

    CLEAR = auto()
    """"musicals, no thanks", "musicals are not for me"."""
    BRIEF = auto()
    """Only behind a mark of asking: "musicals? no", "musicals: never"."""


ASKED_FOR = words_of(
    """film films movie movies book books show shows series game games song songs video videos title
    titles release releases item items product products thing things stuff one ones"""
)
"""Nouns for whatever a catalogue has, beside which "new" and "older" bound the list."""
PRAISE = words_of(
    """good great nice best better fine lovely cool awesome amazing excellent fantastic wonderful
    brilliant superb terrific decent solid favourite favorite perfect outstanding fabulous neat
    worthwhile enjoyable"""
)
"""Adjectives that everybody uses of what they want."""

AGES = {"old": -1, "older": -1, "classic": -1, "new": 1}
"""Adjectives of age, and the direction in which they bound: "old westerns". "Newer" and "recent" bound
wherever they stand."""

FUNCTION = words_of(
    """a an the some any another other others this that these those it its thats theres here there
    i im id ill ive we wed were you your youre u he she they them their his her my our me us him
    who whom which what when where whos is are be been being was am has have had having do does did
    dont doesnt didnt isnt arent can could should will would shall may might must let lets get got
    go gonna wanna gotta want wants wanted like likes liked loved to in on at by for from with into
    and or but nor than then if because since while about before after of as so such too also even
    still again now today tonight maybe perhaps just only really very quite pretty much many few
    more most far way slightly somewhat kinda sorta all both either each every ever else yet instead well
    yes yeah yep nope nah ok okay thx anymore hi hey hello please thanks anything something someone
    everything items item products product things thing stuff ones one w/ no not"""
)
"""Words that no clause begins or ends with, and that are no clause by themselves."""
NAMES = words_of("will")
"""Function words that are names where they are written as one: "Will Smith"."""
DETERMINERS = words_of("a an the another something anything some i we with about more less")
"""After "and" or "or" they begin a thing of its own."""

VERBS_OF_ASKING = words_of("see watch read hear show give find recommend suggest include buy get")
DENIED = words_of("dont not never to wont wouldnt")
"""After them those verbs are no nouns: "I'd rather not watch horror", and not "no watch"."""

TURNS: Phrases[Turn] = phrases_of(
    {
        Turn.ASKING: """i want, i want to see, i want to watch, i wanna see, i wanna watch, i wanted,
            we want, want, i need, we need, i would like, id like, we would like, wed like,
            i would love, id love, i like, i love, we love, i enjoy, i fancy, i feel like, id say,
            i am looking for, im looking for, we are looking for, looking for, searching for,
            i am in the mood for, im in the mood for, in the mood for, in mood for, how about,
            what about, why not, show me, show us, give me, give us, find me, find us, get me,
            recommend, recommend me, suggest, please, pls, plz, thanks, thx, ty, thank you, can you,
            could you, would you, do you have, have you, have you got, got any, is there, are there,
            let me, let us, lets, what i want is, dont mind, i dont mind""",
        Turn.ANYTHING: """any more, at least, something, smth, sth, somthing, anything, everything, someone, somebody,
            some, some kind of, some sort of, kind of, sort of, stuff, things, lots of, a lot of,
            lot of, plenty of, a bit, a bit of, a little, a little bit, a couple of, to watch, to see,
            to read, to buy, to listen to, to play, to wear, to have, to be, to get, to include,
            not bad, never mind, not sure, im not sure, no idea, no matter, no matter what, no problem,
            no worries, no thanks, no thank you, dont know, i dont know, i dont know what to watch,
            dont care, i dont care, not seen yet, havent seen, i havent seen, havent seen before,
            i havent seen before, havent read, i havent read, cant wait, cant wait to, cant remember,
            cant find, cant decide, i cant decide, if not, whether or not, if possible, at all,
            of course, last but not least, me too, as well, or so, or something,
            or something like that, and so on, etc, more of the same, of the same, like this,
            like that, like these, like those, like this one, like that one""",
        Turn.WITH: """with, w/, and with, with a lot of, with lots of, with plenty of, plus, starring,
            featuring, directed by, written by, made by, created by, produced by, composed by, by,
            and by, involving, containing, including, for a, for an, for the, for my, for our,
            for his, for her""",
        Turn.ABOUT: "about, and about, set in, set during, that takes place in, taking place in",
        Turn.BUT: """but, but also, but rather, however, though, although, yet, instead, otherwise,
            not only, not just, not necessarily, nothing but""",
        Turn.AND: "and, &, as well as, and also",
        Turn.OR: "or, /, or maybe, or even, or perhaps",
    }
)
STANCES: Phrases[Stance] = phrases_of(
    {
        Stance.WANT: "not without, never without, anything with",
        Stance.WITHOUT: """no, no more, no such, not, not any, not another, non, none of, nothing,
            without, without any, w/o, neither, nor, never, dont, do not, doesnt, does not, didnt,
            did not, isnt, arent, wasnt, shouldnt, should not, wont, will not, wouldnt, would not,
            hate, i hate, we hate, hates, not a fan of, not a big fan of, no fan of, not into, not interested in,
            no interest in, not in the mood for, not keen on, not fond of, dont care for, dont care about,
            i dont care for, i dont care about, dislike, i dislike, detest, loathe, despise, cant stand,
            i cant stand, cannot stand, i cannot stand, can not stand, cant bear, cannot bear,
            cant take, tired of, im tired of, i am tired of, so tired of, sick of, im sick of,
            i am sick of, bored of, bored with, bored by, fed up with, im fed up with, enough of,
            enough with, had enough of, ive had enough of, i have had enough of, avoid, avoiding,
            exclude, excluding, except, except for, excepting, anything except, anything except for,
            everything except, everything except for, apart from, aside from, other than,
            anything other than, anything but, everything but, all but, instead of, rather than,
            rather not, id rather not, leave out, filter out, get rid of, stop showing me, free of,
            free from, minus""",
        Stance.LESS: """less, a bit less, a little less, much less, no less, fewer, not too,
            not too much, not too many, not so, not so much, not very, not that, not all that, not as,
            not much, not many, not more, not overly, not particularly, not terribly, not super,
            not really, not excessively, nothing too, nothing so, nothing very, nothing overly,
            nothing that is too, nothing thats too, without too much, without too many, too, too much,
            too many, way too, far too, a bit too, tone down, cut down on""",
        Stance.PREFER: """more, a bit more, a little more, much more, some more, even more, not less,
            rather, rather more, id rather, i would rather, prefer, i prefer, id prefer,
            i would prefer, preferably, ideally, mostly, leaning towards""",
    }
)
REFUSALS: Phrases[Refusal] = phrases_of(
    {
        Refusal.CLEAR: """no thanks, no thank you, no thx, no ty, nope thanks, thanks but no thanks,
            not for me, not for us, isnt for me, arent for me, not my thing, not our thing,
            isnt my thing, arent my thing, not my cup of tea, not my taste, not to my taste,
            not my style, not my kind of thing, not my genre, not interested, im not interested,
            i am not interested, not a fan, im not a fan, i am not a fan, no fan, hate it, hate them,
            hate that, i hate it, i hate them, i hate that, dont like it, dont like them, dont like that,
            i dont like it, i dont like them, i dont like that, dont want it, dont want them,
            dont want that, i dont want it, i dont want them, i dont want that, cant stand it,
            cant stand them, i cant stand it, i cant stand them, id rather not, i would rather not,
            rather not, please dont, please no, no please, hard pass, ill pass, i will pass, not today,
            not tonight, not now, not this time, not again, no way, leave it out, leave them out,
            leave that out""",
        Refusal.BRIEF: "no, nope, nah, never, no more, pass, no no, god no, hell no, not really",
    }
)
AT_THE_START: Phrases[Stance] = phrases_of(
    {Stance.WITHOUT: "enough, skip, remove, drop, hide, omit, ban"}
)
"""What is a noun or an adjective elsewhere, and says this only where a clause begins."""
