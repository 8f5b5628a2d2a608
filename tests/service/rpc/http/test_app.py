"""The pages beside the calls, and who may call from a browser."""

from __future__ import annotations

import re

import httpx
import pytest

from service.rpc.http.app import PAGES
from tests.service.rpc.http.conftest import asked

SHOP = {"origin": "https://shop.example"}
PREFLIGHT = {
    **SHOP,
    "access-control-request-method": "POST",
    "access-control-request-headers": "content-type,authorization,connect-protocol-version",
}


@pytest.mark.parametrize("path", PAGES)
async def test_a_page_comes_whole_and_may_load_nothing_from_elsewhere(path: str) -> None:
    async with asked() as (http, _):
        page = await http.get(path)
    assert page.status_code == 200
    assert page.headers["content-type"].partition(";")[0] == PAGES[path][1]
    assert "default-src 'self'" in page.headers["content-security-policy"]
    if path != "/openapi.json":
        assert re.findall(r"https?://|//[a-z]+\.[a-z]+", page.text) == []


async def test_the_page_names_what_it_needs_and_that_is_there() -> None:
    async with asked() as (http, _):
        page = (await http.get("/docs")).text
        needed = re.findall(r'(?:src|href)="([a-z.]+)"', page)
        assert sorted(set(needed)) == ["docs.css", "docs.js", "openapi.json"]
        script = (await http.get("/docs.js")).text
    ids = re.findall(r'getElementById\("(\w+)"\)', script)
    assert ids
    assert all(f'id="{one}"' in page for one in ids)
    assert "innerHTML" not in script


async def test_health_says_that_calls_are_taken() -> None:
    async with asked() as (http, _):
        response = await http.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "SERVING"})


async def _cross(*origins: str) -> tuple[httpx.Response, httpx.Response]:
    async with asked(http_origins=origins) as (http, _):
        preflight = await http.options("/palate.v1.RecommendService/Recommend", headers=PREFLIGHT)
        call = await http.post("/v1/recommend", json={}, headers=SHOP)
    return preflight, call


@pytest.mark.parametrize("origin", ["https://shop.example", "*"])
async def test_scripts_of_a_site_that_is_named_may_call(origin: str) -> None:
    preflight, call = await _cross(origin)
    assert preflight.headers["access-control-allow-origin"] in (origin, "*")
    allowed = preflight.headers["access-control-allow-headers"].lower()
    assert "connect-protocol-version" in allowed
    assert call.headers["access-control-allow-origin"] == origin
    assert "x-request-id" in call.headers["access-control-expose-headers"]


@pytest.mark.parametrize("origins", [(), ("https://other.example",)])
async def test_scripts_of_other_sites_may_not(origins: tuple[str, ...]) -> None:
    for response in await _cross(*origins):
        assert "access-control-allow-origin" not in response.headers


async def test_errors_can_be_read_across_sites_too() -> None:
    async with asked(http_origins=("https://shop.example",)) as (http, _):
        response = await http.get("/v1/items/f9", headers=SHOP)
    assert response.status_code == 404
    assert response.headers["access-control-allow-origin"] == "https://shop.example"
