"""What answers a command: a server, or the data folder opened for it and closed again."""

from __future__ import annotations

from pathlib import Path

import grpc
import pytest

from palate.errors import PalateRpcError
from service import recommender
from service.cli.connection import HERE, at
from service.cli.remote import Remote
from service.cli.session import answering, event_log, open_recommender, settings_of, talking
from service.errors import ConfigError, InvalidInput, StoreLocked, StoreUnavailable
from tests.service import world
from tests.service.cli.conftest import Run
from tests.service.standin import StandIn, served


def test_a_server_answers_where_one_is_named() -> None:
    with served(StandIn()) as address, answering(None, None, at(address), quiet=True) as backend:
        assert isinstance(backend, Remote)
        assert backend.loaded() == {"server": address}
        assert backend.get_item("f1").title == "Alien"


def test_what_the_server_refuses_is_told_as_it_says_it() -> None:
    refusing = StandIn(error=InvalidInput("filter", "price <", "a number is expected after <"))
    with (
        served(refusing) as address,
        pytest.raises(PalateRpcError, match="price <") as caught,
        answering(None, None, at(address), quiet=True) as backend,
    ):
        backend.get_item("f1")
    assert caught.value.reason == "INVALID_INPUT"


def test_where_no_server_answers_the_address_is_to_be_checked() -> None:
    with (
        pytest.raises(StoreUnavailable, match="check the address, that `palate serve`"),
        answering(None, None, at("127.0.0.1:1"), quiet=True),
    ):
        raise PalateRpcError(grpc.StatusCode.UNAVAILABLE, "connection refused")


def test_the_folder_is_open_while_it_answers_and_no_longer(filled: Run) -> None:
    data = Path("palate-data")
    with answering(data, None, HERE, quiet=True) as backend:
        assert backend.get_item("i0").item_id == "i0"
        with pytest.raises(StoreLocked), event_log(settings_of(data, None)):
            pass
    with event_log(settings_of(data, None)) as log:
        assert log.count_items() == 40


def test_a_folder_has_the_model_that_phrases_replies_and_a_server_keeps_its_own(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    data = Path("palate-data")
    with talking(data, None, HERE, quiet=True) as (_, model):
        assert model is None
    for name, value in {
        "KIND": "openai",
        "BASE_URL": "http://127.0.0.1:1/v1",
        "MODEL": "m",
    }.items():
        monkeypatch.setenv(f"PALATE_LANGUAGE_MODEL__{name}", value)
    with talking(data, None, HERE, quiet=True) as (_, model):
        assert model is not None
        assert model.name == "m"
    with (
        served(StandIn()) as address,
        talking(data, None, at(address), quiet=True) as (remote, model),
    ):
        assert (type(remote), model) == (Remote, None)
    monkeypatch.setenv("PALATE_LANGUAGE_MODEL__PHRASES_REPLIES", "false")
    with talking(data, None, HERE, quiet=True) as (_, model):
        assert model is None


def test_a_folder_without_data_is_not_made(run: Run) -> None:
    with (
        pytest.raises(ConfigError, match="index a catalogue first"),
        answering(Path("mistyped"), None, HERE, quiet=True),
    ):
        pass
    assert not Path("mistyped").exists()


def test_a_folder_that_cannot_be_served_is_let_go(
    filled: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(self: object, workspace: object, **_: object) -> None:
        raise ZeroDivisionError("planted")

    settings = world.settings(Path("palate-data"))
    monkeypatch.setattr(recommender.Recommender, "__init__", fail)
    with pytest.raises(ZeroDivisionError, match="planted"):
        open_recommender(settings, warm_up=True)
    with event_log(settings) as log:
        assert log.count_items() == 40
