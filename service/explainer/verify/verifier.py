"""The verifier: does a text say anything that the evidence does not support?

It checks any writer's text, the template's as well, sentence by sentence: what is quoted, every
number and what it counts, causes, guarded words, attributes, names, what the user is said to have
done; then form and language. A sentence that quotes history items is held against the evidence
about these items and the evidence about none in particular.

When in doubt it objects: a true sentence refused costs a template sentence, a false one let through
costs trust.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from functools import cache

from service.explainer.evidence import Evidence, Subject
from service.explainer.languages.language import Language
from service.explainer.languages.loading import load_language, own_text
from service.explainer.text import clean
from service.explainer.verify.checks import (
    Sentence,
    check_attributes,
    check_attribution,
    check_causes,
    check_guarded_words,
    check_media,
    check_numbers,
    check_sharing,
)
from service.explainer.verify.deeds import check_deeds
from service.explainer.verify.masking import RESERVED, TOKEN, Masked, items_of, mask
from service.explainer.verify.taste_checks import check_taste

MAX_SENTENCES = 6
MAX_CHARACTERS = 1500
_MARKUP = re.compile(r"[*_`#<>\\|{}\[\]~]|https?:|www\.|[\x00-\x1f\x7f]")
_PUNCTUATION = frozenset(" .,;:!?…'’‘-–—()%&/+，。；：、！？（）·")
_SENTENCE_END = re.compile(r"(?<=[.!?])\s+|(?<=[。！？])")
_WORD = r"[^\W\d_]+(?:['’-][^\W\d_]+)*"
_LETTER = r"[^\W\d_]"
_NAME = re.compile(r"(?<![\w’'])[^\W\d_][\w’'-]*")
_NOT_CHINESE = re.compile(r"[^\W\d_\u3400-\u9fff]+")
_LAST_LATIN = 0x24F
_WIDTH_OF_TOKEN = 3


def verify(
    text: str,
    subject: Subject,
    evidence: Sequence[Evidence],
    language: str,
    *,
    vocabulary: Collection[str] = (),
    words: Collection[str] | None = None,
) -> list[str]:
    """What is wrong with a text; empty means that everything it says is supported.

    `vocabulary` may name categories and values of the catalogue: those that are not the subject's
    nor the evidence's must not occur. `words` are all that a text of another kind than a reason may
    have beside what it names, in place of the language's own (cjk: characters), in lower case.
    """
    spoken = load_language(language)
    known = frozenset(words) if words is not None else _known_words(spoken.code)
    openers = known if words is not None else _openers(spoken.code)
    masked = mask(text, subject, evidence, spoken)
    problems = list(_form(text, masked, spoken))
    problems += [f"quotes {clean(q)!r}, which the evidence does not name" for q in masked.unknown]
    problems += _foreign_terms(masked.text, vocabulary)
    sentences = [s for s in _SENTENCE_END.split(masked.text.strip()) if s.strip()]
    if len(sentences) > MAX_SENTENCES:
        problems.append(f"{len(sentences)} sentences, at most {MAX_SENTENCES}")
    for raw in sentences:
        sentence = _sentence(raw, masked, evidence, spoken, known, openers)
        for check in CHECKS:
            problems += check(sentence)
    return list(dict.fromkeys(problems))


def _sentence(
    text: str,
    masked: Masked,
    evidence: Sequence[Evidence],
    language: Language,
    words: frozenset[str],
    openers: frozenset[str],
) -> Sentence:
    mentions = masked.of(text)
    cited = items_of(mentions) if any(one.is_title_only for one in mentions) else ()
    lowered = text.lower()
    if len(lowered) != len(text):  # some letters are longer in lower case; places must stay
        lowered = text
    bare = Sentence(
        text, lowered, masked, mentions, frozenset(cited), evidence, (), language, words, openers
    )
    return replace(bare, scope=[e for e in evidence if bare.about(e)])


def _form(text: str, masked: Masked, language: Language) -> Iterator[str]:
    if not text.strip():
        yield "is empty"
    if len(text) > MAX_CHARACTERS:
        yield f"{len(text)} characters, at most {MAX_CHARACTERS}"
    if masked.has_stray_quote:
        yield "has a quotation mark without its partner"
    if RESERVED.search(text):
        yield "has a character that stands for something named"
    bare = re.sub(TOKEN, "", masked.text)
    markup = _MARKUP.search(bare)
    strange = next((c for c in bare if not _is_usual(c)), "")
    if markup:
        yield f"has markup or a control character: {markup.group()!r}"
    elif strange:
        yield f"has a character that no sentence of ours needs: {strange!r}"
    if language.lexicon.script == "cjk":
        if foreign := _NOT_CHINESE.search(bare):
            yield f"has a word of another language: {foreign.group()!r}"
    elif any(c.isalpha() and ord(c) > _LAST_LATIN for c in bare):
        yield "has letters of another script"


def _is_usual(character: str) -> bool:
    return character.isalpha() or character in "0123456789" or character in _PUNCTUATION


def _foreign_terms(text: str, vocabulary: Collection[str]) -> Iterator[str]:
    for term in vocabulary:
        edge = r"(?<!\w){}(?!\w)" if term.isascii() else "{}"
        if term and re.search(edge.format(re.escape(term)), text, re.IGNORECASE):
            yield f"names {term!r}, which neither the item nor the evidence has"


def _check_names(sentence: Sentence) -> Iterator[str]:
    """A capitalised word that is neither ours nor named by the evidence is somebody's or
    something's name."""
    if sentence.language.lexicon.script != "latin":
        return
    for match in _NAME.finditer(sentence.raw):
        word = match.group()
        if word == "I" or not word[0].isupper():
            continue
        is_first = not sentence.raw[: match.start()].strip(" (–-")
        stem = re.split("['’]", word.casefold())[0]
        if not is_first or stem not in sentence.openers:
            yield f"names {word!r}, which the evidence does not"


def _check_words(sentence: Sentence) -> Iterator[str]:
    """A word that is neither ours nor glue may say anything ("a detective", "gripping"), so it may
    not be there."""
    known = sentence.words
    unit = _WORD if sentence.language.lexicon.script == "latin" else _LETTER
    for match in re.finditer(unit, sentence.text):
        word = match.group().replace("’", "'")
        if word not in known and word.removesuffix("'s") not in known:
            yield f"says {word!r}, a word that could mean something the evidence does not"


def _check_punctuation(sentence: Sentence) -> Iterator[str]:
    """No list and no shouting: a sentence begins with a word, a number or a fact, and has one mark
    at a time."""
    if re.match(r"\s*[^\w\s⟦(]", sentence.raw):
        yield "a sentence begins with a punctuation mark"
    if re.search(r"[^\w\s⟦⟧]{3}|[!?！？]{2}", sentence.raw):
        yield "has several punctuation marks in a row"


def _check_length(sentence: Sentence) -> Iterator[str]:
    length = len(re.sub(TOKEN, "x" * _WIDTH_OF_TOKEN, sentence.text))
    limit = sentence.language.lexicon.max_sentence
    if length > limit:
        yield f"a sentence of {length} characters, at most {limit}"


@cache
def _known_words(code: str) -> frozenset[str]:
    """The words (cjk: characters) that a sentence may have."""
    lexicon = load_language(code).lexicon
    known = f"{own_text(code)} {lexicon.glue} {lexicon.openers}"
    return frozenset(re.findall(_WORD, known) if lexicon.script == "latin" else known)


@cache
def _openers(code: str) -> frozenset[str]:
    """The words that may open a sentence: the listed ones, and those that open a pattern."""
    language = load_language(code)
    patterns = [
        *language.sentence_patterns(),
        *language.nothing,
        *language.nothing_else,
        *language.nouns.values(),
        *language.taste.nothing,
    ]
    first = {re.split(r"[\s,]", pattern)[0] for pattern in patterns if pattern[0] != "{"}
    return frozenset(language.lexicon.openers.split()) | {word.casefold() for word in first}


CHECKS: Sequence[Callable[[Sentence], Iterator[str]]] = (
    check_causes,
    check_guarded_words,
    check_media,
    check_deeds,
    check_numbers,
    check_attributes,
    check_attribution,
    check_sharing,
    check_taste,
    _check_names,
    _check_words,
    _check_punctuation,
    _check_length,
)
