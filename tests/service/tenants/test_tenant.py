"""Whose folder, collections and log are whose, by name alone."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.config import Settings
from service.errors import TenantUnusable
from service.tenants.tenant import checked_name, folder_of, is_name, settings_of_tenant


@pytest.mark.parametrize("name", ["a", "shop_de", "t" * 40, "a1"])
def test_a_name_may_be_that_of_a_folder_a_collection_and_a_database(name: str) -> None:
    assert is_name(name)
    assert checked_name(name) == name


@pytest.mark.parametrize(
    "name",
    ["", "..", "a/b", "A", "1a", "_a", "a-1a2b3c4d", "t" * 41, "a\n", "a b", "é", "{tenant}", "%"],
)
def test_no_name_leads_elsewhere(name: str) -> None:
    assert not is_name(name)
    with pytest.raises(TenantUnusable, match="begins with a letter"):
        folder_of(Path("data"), name)


def test_each_has_its_own_folder_collections_and_log() -> None:
    given = {
        "data": "d",
        "tenants": {"enabled": True},
        "store": {"kind": "qdrant", "url": "http://q:6333"},
        "log": {"url": "postgresql://h/palate_{tenant}"},
    }
    settings = Settings.model_validate(given)
    own = settings_of_tenant(settings, "shop")
    assert own.data == Path("d/tenants/shop")
    assert own.store.prefix == "palate_shop"
    assert own.log_url == "postgresql://h/palate_shop"
    assert own.tenants == settings.tenants  # it goes on to have one owner


def test_without_a_log_elsewhere_it_lies_in_the_folder(tmp_path: Path) -> None:
    own = settings_of_tenant(Settings(data=tmp_path), "shop")
    assert own.log_url == f"sqlite:///{tmp_path / 'tenants/shop/log.db'}"


def test_no_collection_of_one_is_found_by_another() -> None:
    """`-` begins the digest of encoders: a name with it could be read as the store of another."""
    from indexer.stores.qdrant.location import QdrantLocation

    named = [f"palate_{name}_meta" for name in ("a", "a_b", "ab", "a_meta", "a_1a2b3c4d")]
    beside = [f"palate_{name}-1a2b3c4d_meta" for name in ("a", "a_b")]
    location = QdrantLocation("http://q:6333", "palate_a")
    found = [name for name in [*named, *beside] if location._meta.fullmatch(name)]
    assert found == ["palate_a_meta", "palate_a-1a2b3c4d_meta"]
    of_one_catalogue = QdrantLocation("http://q:6333", "palate")
    assert not any(of_one_catalogue._meta.fullmatch(name) for name in [*named, *beside])
