"""A request finds its rpc by the annotations of the proto, and a value in a path may be any text."""

from __future__ import annotations

import re
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.errors import InvalidInput
from service.rpc.http.bindings import VERBS, Routes, bindings_of
from service.rpc.server import SERVICES

BINDINGS = bindings_of([service for service, _, _ in SERVICES])
ROUTES = Routes(BINDINGS)


def test_every_rpc_has_a_path_and_no_two_have_the_same() -> None:
    rpcs = [rpc.full_name for service, _, _ in SERVICES for rpc in service.methods]
    assert [binding.rpc.full_name for binding in BINDINGS] == rpcs
    assert len({(binding.verb, binding.template) for binding in BINDINGS}) == len(rpcs)


@pytest.mark.parametrize("binding", BINDINGS, ids=lambda binding: binding.rpc.name)
def test_an_annotation_is_of_the_form_that_is_understood_here(binding: object) -> None:
    """Literal segments and whole fields, of which each is one of the request; a body is all of it."""
    one = next(known for known in BINDINGS if known is binding)
    assert one.verb.lower() in VERBS
    for segment in one.template.split("/")[1:]:
        assert re.fullmatch(r"[a-z0-9:]+|\{[a-z_]+\}", segment)
    fields = one.rpc.input_type.fields_by_name
    assert all(fields[name].message_type is None for name in one.path_fields)
    assert one.takes_body == (one.verb in ("POST", "PUT"))


@pytest.mark.parametrize(
    ("path", "verb", "rpc", "values"),
    [
        ("/v1/items", "GET", "ListItems", []),
        ("/v1/items", "POST", "IndexItems", []),
        ("/v1/items:delete", "POST", "DeleteItems", []),
        ("/v1/items/film-7", "GET", "GetItem", ["film-7"]),
        ("/v1/items/a%2Fb%20c", "GET", "GetItem", ["a/b c"]),
        ("/v1/items/%E6%85%A2", "GET", "GetItem", ["慢"]),
        ("/v1/users/u/taste", "GET", "DescribeTaste", ["u"]),
        ("/v1/users/taste", "DELETE", "DeleteUser", ["taste"]),
    ],
)
def test_a_path_finds_its_rpc(path: str, verb: str, rpc: str, values: list[str]) -> None:
    bindings, found = ROUTES.find(path)
    assert (bindings[verb].rpc.name, list(found)) == (rpc, values)


@pytest.mark.parametrize(
    "path", ["", "/", "/v1", "/v1/items/", "/v1/items/a/b", "/v2/items", "//v1/items"]
)
def test_nothing_is_at_other_paths(path: str) -> None:
    assert ROUTES.find(path)[0] == {}


def test_a_value_that_is_no_utf8_is_refused() -> None:
    with pytest.raises(InvalidInput, match="percent-encoded UTF-8"):
        ROUTES.find("/v1/items/%ff")


@given(st.text(min_size=1))
def test_any_text_comes_through_a_path(text: str) -> None:
    try:
        path = f"/v1/items/{quote(text, safe='')}"
    except UnicodeEncodeError:
        return  # half of a surrogate pair, which nobody can send
    assert list(ROUTES.find(path)[1]) == [text]
