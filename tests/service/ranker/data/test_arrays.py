"""Arrays that grow by rows of zeros."""

from __future__ import annotations

import numpy as np

from service.ranker.data.arrays import extended


def test_new_rows_are_zeros_of_the_same_type() -> None:
    grown = extended(np.ones((1, 2), np.float32), 3)
    assert grown.tolist() == [[1, 1], [0, 0], [0, 0]]
    assert grown.dtype == np.float32


def test_an_array_that_is_long_enough_is_given_back_as_it_is() -> None:
    array = np.array([7, 8])
    assert extended(array, 1) is array
