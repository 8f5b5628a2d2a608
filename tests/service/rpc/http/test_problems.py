"""An error says over HTTP what it says over gRPC."""

from __future__ import annotations

import base64
import json

import grpc
import pytest
from google.rpc import error_details_pb2

from service.errors import STATUS, InvalidInput, ItemNotFound, Overloaded
from service.rpc.http.problems import (
    HTTP_STATUS,
    connect_error,
    error_headers,
    http_status_of,
    problem,
)
from service.rpc.in_process import status_of
from service.rpc.interceptor import to_status


def test_every_code_has_its_http_status() -> None:
    assert set(HTTP_STATUS) == set(grpc.StatusCode)
    assert all(grpc.StatusCode[name] in HTTP_STATUS for name in STATUS.values())


def test_a_problem_has_reason_and_details() -> None:
    error = InvalidInput("k", -3, "it must be 0 to 500")
    told = json.loads(problem(to_status(error), 400, "r-1"))
    violations = told["details"][1].pop("fieldViolations")
    assert violations == [{"field": "k", "description": "it must be 0 to 500"}]
    assert told == {
        "type": "about:blank",
        "title": "Bad Request",
        "status": 400,
        "detail": "k is -3: it must be 0 to 500",
        "code": "INVALID_ARGUMENT",
        "reason": "INVALID_INPUT",
        "requestId": "r-1",
        "details": [
            {
                "@type": "type.googleapis.com/google.rpc.ErrorInfo",
                "reason": "INVALID_INPUT",
                "domain": "palate",
                "metadata": {"field": "k", "value": "-3", "why": "it must be 0 to 500"},
            },
            {"@type": "type.googleapis.com/google.rpc.BadRequest"},
        ],
    }


def test_connect_has_the_code_in_lower_case_and_details_as_bytes() -> None:
    told = json.loads(connect_error(to_status(ItemNotFound("f9"))))
    (detail,) = told["details"]
    value = base64.b64decode(detail["value"] + "==")
    assert (told["code"], detail["type"]) == ("not_found", "google.rpc.ErrorInfo")
    assert error_details_pb2.ErrorInfo.FromString(value).reason == "ITEM_NOT_FOUND"
    assert told["message"].startswith("no item 'f9'")


def test_connect_writes_canceled_as_americans_do() -> None:
    status = status_of(grpc.StatusCode.CANCELLED, "LEFT", "gone")
    assert json.loads(connect_error(status))["code"] == "canceled"
    assert (http_status_of(status), json.loads(problem(status, 499, ""))["title"]) == (
        499,
        "Client Closed Request",
    )


@pytest.mark.parametrize(("wait_s", "header"), [(0.2, "1"), (2.0, "2"), (2.1, "3")])
def test_when_to_come_again_is_a_header_in_whole_seconds(wait_s: float, header: str) -> None:
    assert error_headers(to_status(Overloaded("answering", 3, wait_s))) == {"retry-after": header}
    assert error_headers(to_status(ItemNotFound("f9"))) == {}
