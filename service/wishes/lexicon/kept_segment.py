"""A segment of a lexicon as arrays and lists of strings, for a file, and back.

Written and read by the same version (FORMAT). Names and titles are kept beside what they are of:
cutting all values into names takes as long as all else. Knows no files.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from service.wishes.lexicon.lexicon import Segment
from service.wishes.lexicon.numbers import Column, Numbers
from service.wishes.lexicon.values import Value, Values
from service.wishes.lexicon.words import Words

FORMAT = 3
"""Raised whenever a segment holds something else, or tokens are cut otherwise."""
Arrays = Mapping[str, NDArray[Any]]


def to_kept(segment: Segment) -> tuple[dict[str, Any], dict[str, NDArray[Any]]]:
    """What JSON can say, and arrays."""
    values, words = segment.values, segment.words
    place = {value: number for number, value in enumerate(values.postings)}
    by_name, by_last = (
        {key: [place[value] for value in some] for key, some in index.items()}
        for index in (values.by_name, values.by_last)
    )
    titles = {" ".join(name): items for name, items in segment.titles.items()}
    about = {
        "format": FORMAT,
        "values": [astuple(value) for value in values.postings],
        "names": [" ".join(name) for name in by_name],
        "last_names": list(by_last),
        "titles": list(titles),
        "stems": list(words.columns),
        "spellings": list(words.spellings),
        "numbers": list(segment.numbers.columns),
        "shape": list(words.weights.shape),
    }
    arrays = {
        "items": segment.items,
        **_ragged("postings", list(values.postings.values())),
        **_ragged("names", list(by_name.values())),
        **_ragged("last_names", list(by_last.values())),
        **_ragged("titles", list(titles.values())),
        "words.items": words.items,
        "words.data": words.weights.data,
        "words.indices": words.weights.indices,
        "words.indptr": words.weights.indptr,
    }
    for number, column in enumerate(segment.numbers.columns.values()):
        arrays |= {f"number.{number}.items": column.items, f"number.{number}": column.numbers}
    return about, arrays


def from_kept(about: Mapping[str, Any], arrays: Arrays) -> Segment:
    """ValueError where it was written by another version."""
    if about.get("format") != FORMAT:
        raise ValueError(f"it has format {about.get('format')}, this version reads {FORMAT}")
    values = [Value(*parts) for parts in about["values"]]
    by_name, by_last = (
        {
            key: [values[place] for place in places]
            for key, places in zip(about[name], _lists(name, arrays), strict=True)
        }
        for name in ("names", "last_names")
    )
    weights = sparse.csc_matrix(tuple(about["shape"]), dtype=np.float32)
    weights.data, weights.indices = arrays["words.data"], arrays["words.indices"]
    weights.indptr = arrays["words.indptr"]
    stems = {stem: column for column, stem in enumerate(about["stems"])}
    return Segment(
        items=arrays["items"],
        values=Values(
            dict(zip(values, _parts("postings", arrays), strict=True)),
            {tuple(name.split(" ")): some for name, some in by_name.items()},
            by_last,
        ),
        words=Words(stems, about["spellings"], weights, arrays["words.items"]),
        numbers=Numbers(
            {
                field: Column(arrays[f"number.{number}.items"], arrays[f"number.{number}"])
                for number, field in enumerate(about["numbers"])
            }
        ),
        titles={
            tuple(name.split(" ")): items
            for name, items in zip(about["titles"], _lists("titles", arrays), strict=True)
        },
    )


def _ragged(name: str, rows: Sequence[Sequence[int] | NDArray[Any]]) -> dict[str, NDArray[Any]]:
    """Rows of any lengths, one after the other, and where each begins."""
    flat = np.concatenate([np.zeros(0, np.int64), *rows]).astype(np.int64)
    starts = np.concatenate([[0], np.cumsum([len(row) for row in rows])]).astype(np.int64)
    return {f"{name}.flat": flat, f"{name}.starts": starts}


def _parts(name: str, arrays: Arrays) -> list[NDArray[Any]]:
    """The rows as they were; `_lists` the same as lists."""
    flat, starts = arrays[f"{name}.flat"], arrays[f"{name}.starts"].tolist()
    return [flat[start:stop] for start, stop in pairwise(starts)]


def _lists(name: str, arrays: Arrays) -> list[list[int]]:
    flat, starts = arrays[f"{name}.flat"].tolist(), arrays[f"{name}.starts"].tolist()
    return [flat[start:stop] for start, stop in pairwise(starts)]
