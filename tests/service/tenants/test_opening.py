"""A tenant is opened with shared encoders, and with those that served it last."""

from __future__ import annotations

from pathlib import Path

import pytest

from encoders.networks.backend import PYTORCH
from service.api.messages import SearchRequest, unheard
from service.config import Settings
from service.errors import StoreLocked
from service.language_model.account import Account
from service.telemetry.telemetry import SILENT
from service.tenants.encoders import SharedEncoders
from service.tenants.limited import LimitedSwitching, TenantLimits
from service.tenants.opening import open_tenant
from tests.service import world


def opened(settings: Settings, encoders: SharedEncoders) -> LimitedSwitching:
    return open_tenant(settings, encoders, Account(), SILENT, TenantLimits)


def test_two_share_encoders_and_nothing_else(tmp_path: Path) -> None:
    encoders = SharedEncoders(PYTORCH)
    a, b = (opened(world.settings(tmp_path / name), encoders) for name in "ab")
    try:
        a.index_items(world.items(4), {})
        with a._serving() as one, b._serving() as other:
            assert one.workspace.text_encoder is other.workspace.text_encoder
        assert a.search_items(SearchRequest(text="rocket")).results
        assert not b.search_items(SearchRequest(text="rocket")).results
        assert b.list_items(10, "", "") == ([], "")
    finally:
        a.close()
        b.close()


def test_encoders_that_were_changed_serve_again_after_it_was_closed(tmp_path: Path) -> None:
    encoders, settings = SharedEncoders(PYTORCH), world.settings(tmp_path)
    first = opened(settings, encoders)
    first.index_items(world.items(4), {})
    serving = first.change_encoders(unheard, text="", image="none")
    first.close()
    again = opened(settings, encoders)
    try:
        with again._serving() as recommender:
            assert recommender.workspace.digest == serving.digest
            assert recommender.workspace.settings.encoder_names == {"text": "fake", "image": "none"}
        assert again.search_items(SearchRequest(text="rocket")).results
    finally:
        again.close()


def test_what_fails_leaves_the_folder_to_others(tmp_path: Path) -> None:
    encoders, settings = SharedEncoders(PYTORCH), world.settings(tmp_path)
    first = opened(settings, encoders)
    with pytest.raises(StoreLocked):
        opened(settings, encoders)
    first.close()
    opened(settings, encoders).close()
