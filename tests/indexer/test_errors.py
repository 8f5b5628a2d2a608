"""Messages: what, which value, what to do; and the same for programs."""

from __future__ import annotations

from encoders.errors import PalateError
from indexer import errors
from indexer.errors import (
    EncoderMismatch,
    FilterSyntaxError,
    InvalidInput,
    ItemNotFound,
    StoreLocked,
)


def test_every_error_has_a_reason_of_its_own() -> None:
    tree = [e for e in vars(errors).values() if isinstance(e, type) and issubclass(e, PalateError)]
    assert len({error.reason for error in tree}) == len(tree)
    assert all(error.reason.replace("_", "").isupper() for error in tree)


def test_a_bad_value_is_named_and_cut_short() -> None:
    error = InvalidInput("price", "x" * 1_000_000, "it must be a number")
    assert str(error).startswith("price is 'xxx")
    assert str(error).endswith("…: it must be a number")
    assert len(error.metadata["value"]) == 80
    assert error.metadata["field"] == "price"
    assert isinstance(FilterSyntaxError("filter", "a =", "a value is missing"), InvalidInput)


def test_a_locked_store_names_its_owner_and_the_way_out() -> None:
    assert "process 4711" in str(StoreLocked("data", 4711))
    assert "another process" in str(StoreLocked("data", None))


def test_a_mismatch_names_only_what_differs() -> None:
    error = EncoderMismatch("store", {"text": "aa", "image": "bb"}, {"text": "aa", "image": "cc"})
    assert "image: stored bb, configured cc" in str(error)
    assert "text" not in str(error)
    assert "palate rebuild" in str(error)


def test_a_missing_item_is_named() -> None:
    error = ItemNotFound("i1")
    assert (error.item_id, error.metadata) == ("i1", {"item_id": "i1"})
    assert "'i1'" in str(error)
