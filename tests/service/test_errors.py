"""The table of status codes is complete, and every error says what, which value and what to do."""

import importlib
import pkgutil
import re
from collections.abc import Iterator

import grpc
import pytest

import encoders
import indexer
import service
from service.errors import (
    STATUS,
    AddressUnavailable,
    ConfigError,
    DeadlinePassed,
    InvalidInput,
    ModelNotFound,
    NoTrainedModel,
    NotServing,
    Overloaded,
    PalateError,
    RecommendationNotFound,
    TooLarge,
    TrainingUnderway,
    WriterUnavailable,
    status_of,
)


def _tree(root: type[PalateError]) -> Iterator[type[PalateError]]:
    yield root
    for child in root.__subclasses__():
        yield from _tree(child)


def _product_errors() -> set[type[PalateError]]:
    for package in (encoders, indexer, service):
        for module in pkgutil.walk_packages(package.__path__, package.__name__ + "."):
            if "errors" in module.name:
                importlib.import_module(module.name)
    ours = ("encoders", "indexer", "service")
    return {error for error in _tree(PalateError) if error.__module__.partition(".")[0] in ours}


def test_every_error_of_the_tree_has_a_status_of_its_own() -> None:
    assert _product_errors() == set(STATUS)


def test_every_status_is_a_grpc_code_and_none_says_ok() -> None:
    codes = {code.name for code in grpc.StatusCode} - {"OK", "UNKNOWN"}
    assert set(STATUS.values()) <= codes


def test_reasons_are_distinct_machine_readable_names() -> None:
    reasons = [error.reason for error in STATUS]
    assert len(set(reasons)) == len(reasons)
    assert all(
        re.fullmatch(r"[A-Z][A-Z0-9_]{1,61}[A-Z0-9]", reason) for reason in reasons
    )  # google.rpc.ErrorInfo


def test_an_error_of_a_plug_in_has_the_code_of_the_nearest_class_above() -> None:
    class OfAPlugIn(Overloaded):
        pass

    assert status_of(OfAPlugIn("answers", 1)) == "RESOURCE_EXHAUSTED"


def test_a_batch_that_is_too_large_names_field_count_limit_and_way_out() -> None:
    error = TooLarge("items", 1_001, 1_000)
    assert isinstance(error, InvalidInput)
    assert error.field == "items"
    assert (
        str(error)
        == "items is 1001: entries in one call, at most 1,000 are taken; send several calls"
    )


@pytest.mark.parametrize(
    ("error", "named"),
    [
        (ConfigError("unknown field server.adress"), "server.adress"),
        (AddressUnavailable("127.0.0.1:80", "permission denied"), "127.0.0.1:80"),
        (RecommendationNotFound("rec-7"), "rec-7"),
        (ModelNotFound("m9"), "m9"),
        (NoTrainedModel(), "palate train"),
        (
            WriterUnavailable("local", "install its extra"),
            "'local' is not set up: install its extra",
        ),
        (TrainingUnderway(), "wait"),
        (NotServing("loading"), "loading"),
        (Overloaded("answers", 68), "68"),
        (DeadlinePassed(), "longer"),
    ],
)
def test_messages_name_the_value_or_the_way_out(error: PalateError, named: str) -> None:
    assert named in str(error)


def test_a_huge_id_does_not_make_a_huge_message() -> None:
    assert len(str(RecommendationNotFound("x" * 100_000))) < 300
