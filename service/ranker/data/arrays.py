"""The arrays of the ranker by their element type, and how one grows. Shapes are said where one is
used."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

FloatArray = NDArray[np.float32]
IntArray = NDArray[np.int64]
BoolArray = NDArray[np.bool_]


def extended(array: NDArray[Any], n_rows: int) -> NDArray[Any]:
    """(N, ...) -> (n_rows, ...) with zeros for the rows that are new; the array itself where there
    are none.

    >>> extended(np.array([7, 8]), 3).tolist()
    [7, 8, 0]
    """
    more = n_rows - len(array)
    if more <= 0:
        return array
    return np.concatenate([array, np.zeros((more, *array.shape[1:]), array.dtype)])
