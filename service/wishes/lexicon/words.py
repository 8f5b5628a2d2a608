"""The words of a catalogue's texts, scored by BM25. Immutable; knows no values and no wishes.

score(q, d) = sum over the tokens t of q of idf(t) * tf * (K1 + 1) / (tf + K1 * (1 - B + B * |d| / mean |d|)),
idf(t) = log(1 + (N - n_t + .5) / (n_t + .5)) (Robertson and Zaragoza, The Probabilistic Relevance
Framework: BM25 and Beyond, 2009).
"""

from __future__ import annotations

import threading
from array import array
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
import Stemmer
from scipy import sparse

from service.ranker.data.arrays import FloatArray, IntArray
from service.wishes.lexicon.tokens import tokens

K1, B = 1.2, 0.75


class Words:
    """BM25 of any words for every text."""

    def __init__(
        self,
        columns: Mapping[str, int],
        spellings: Sequence[str],
        weights: sparse.csc_matrix,
        items: IntArray,
    ) -> None:
        """`weights` (len(items), tokens): what a token adds to the score of a text; `spellings`
        (tokens,) how each was written where it came first."""
        self.columns, self.weights, self.items = columns, weights, items
        self.spellings = spellings

    @classmethod
    def of(cls, texts: Iterable[tuple[int, str]]) -> Words:
        """Of every text and the index of its item."""
        columns: dict[str, int] = {}
        spellings: list[str] = []
        cols, starts, items = array("i"), array("q", [0]), array("q")
        for index, text in texts:
            items.append(index)
            for token in tokens(text):
                column = columns.setdefault(_STEMS[token], len(columns))
                if column == len(spellings):
                    spellings.append(token)
                cols.append(column)
            starts.append(len(cols))
        shape = (len(items), max(len(columns), 1))
        ones = np.ones(len(cols), np.float32)
        counts = sparse.csr_matrix((ones, np.array(cols), np.array(starts)), shape)
        counts.sum_duplicates()
        return cls(columns, spellings, _bm25(counts), np.array(items, np.int64))

    def by_text(self) -> tuple[IntArray, sparse.csr_matrix]:
        """(T,) the items of the texts, and (T, tokens) what each token adds to a score of theirs, in
        the order of `spellings`. A copy as large as all of this."""
        return self.items, self.weights.tocsr()

    def column(self, word: str) -> int | None:
        """Place of this token, in any form, among `spellings`; None where no text has it."""
        return self.columns.get(_STEMS[word])

    def scores(self, words: Sequence[str], n_items: int) -> FloatArray:
        """(n_items,) BM25 of these tokens; 0 where none of them is."""
        scores = np.zeros(n_items, np.float32)
        for column in self._columns_of(words):
            texts = self._texts_with(column)
            scores[self._items_with(column)] += self.weights.data[texts]
        return scores

    def matches(self, words: Sequence[str], n_items: int) -> IntArray:
        """(n_items,) how many of these tokens each text has, in any form."""
        counts = np.zeros(n_items, np.int64)
        for column in dict.fromkeys(self._columns_of(words)):
            counts[self._items_with(column)] += 1
        return counts

    def weight(self, weights: Mapping[str, float], n_items: int) -> FloatArray:
        """(n_items,) what these tokens weigh together that each text has, in any form."""
        total = np.zeros(n_items, np.float32)
        for word, weight in weights.items():
            if (column := self.column(word)) is not None:
                total[self._items_with(column)] += np.float32(weight)
        return total

    def count(self, word: str) -> int:
        """How many texts have this token, in any form."""
        column = self.column(word)
        if column is None:
            return 0
        texts = self._texts_with(column)
        n_texts: int = texts.stop - texts.start
        return n_texts

    def _texts_with(self, column: int) -> slice:
        """Where the weights of a token stand; each is of another text."""
        start, stop = self.weights.indptr[column : column + 2].tolist()
        return slice(start, stop)

    def _items_with(self, column: int) -> IntArray:
        """Those whose text has a token."""
        items: IntArray = self.items[self.weights.indices[self._texts_with(column)]]
        return items

    def _columns_of(self, words: Sequence[str]) -> list[int]:
        """The columns of the tokens that are in a text, in any form; each as often as it is said."""
        stems = (_STEMS[word] for word in words)
        return [self.columns[stem] for stem in stems if stem in self.columns]


class _Stems(dict[str, str]):
    """Stem of each token, worked out once. For several threads."""

    _stemmer = Stemmer.Stemmer("english", 0)  # 0: without a cache of its own
    _turn = threading.Lock()
    """A stemmer is for one thread at a time."""

    def __missing__(self, token: str) -> str:
        with self._turn:
            stem: str = self._stemmer.stemWord(token)
        self[token] = stem
        return stem


_STEMS = _Stems()


def _bm25(counts: sparse.csr_matrix) -> sparse.csc_matrix:
    n_texts = counts.shape[0]
    lengths = np.asarray(counts.sum(axis=1)).ravel()
    per_token = np.bincount(counts.indices, minlength=counts.shape[1])
    idf = np.log1p((n_texts - per_token + 0.5) / (per_token + 0.5))
    norm = K1 * (1 - B + B * lengths / max(float(lengths.mean()), 1e-9)) if n_texts else lengths
    rows = np.repeat(np.arange(n_texts), np.diff(counts.indptr))
    tf = counts.data
    data = idf[counts.indices] * tf * (K1 + 1) / (tf + norm[rows])
    weights = sparse.csr_matrix(
        (data.astype(np.float32), counts.indices, counts.indptr), counts.shape
    )
    return weights.tocsc()
