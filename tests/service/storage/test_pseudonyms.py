"""Pseudonyms: by a key, the same each time, and settled when a folder gets its first person."""

from __future__ import annotations

import hashlib
import hmac
from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.errors import CatalogError
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.config import PrivacySettings, Settings
from service.errors import ConfigError
from service.storage.pseudonyms import STATED, Pseudonyms, mark_of, refuse_pseudonyms

KEY, OTHER = b"k" * 32, b"o" * 32


def test_a_pseudonym_is_an_hmac_of_the_id() -> None:
    expected = hmac.new(KEY, b"ann", hashlib.sha256).hexdigest()
    assert Pseudonyms(KEY).of("ann") == expected
    assert Pseudonyms(OTHER).of("ann") != expected
    assert Pseudonyms(KEY).of("") == ""
    assert Pseudonyms().of("ann") == "ann"


def test_events_keep_all_but_their_person() -> None:
    event = Event("ann", "i", "view", 0.5, 7.0, "e")
    [hidden] = Pseudonyms(KEY).of_events([event])
    assert hidden == Event(Pseudonyms(KEY).of("ann"), "i", "view", 0.5, 7.0, "e")


def test_the_key_is_read_from_a_file_or_the_environment(tmp_path: Path) -> None:
    (tmp_path / "key").write_bytes(KEY + b"\n")
    by_file = Settings(privacy=PrivacySettings(pseudonym_key_file=tmp_path / "key"))
    by_value = Settings(pseudonym_key=KEY.decode())
    for settings in (by_file, by_value):
        assert Pseudonyms.of_settings(settings).of("ann") == Pseudonyms(KEY).of("ann")
    assert not Pseudonyms.of_settings(Settings())
    assert KEY.decode() not in repr(by_value)


@pytest.mark.parametrize(
    ("settings", "why"),
    [
        ({"pseudonym_key": "short"}, "has 5 bytes, and needs 16"),
        ({"privacy": {"pseudonym_key_file": "nowhere"}}, "cannot be read"),
        ({"pseudonym_key": "k" * 32, "privacy": {"pseudonym_key_file": "x"}}, "leave out one"),
    ],
)
def test_a_key_that_is_none_is_refused(settings: dict[str, object], why: str) -> None:
    with pytest.raises(ConfigError, match=why):
        Pseudonyms.of_settings(Settings(**settings))  # type: ignore[arg-type]


def test_people_of_a_file_keep_the_pseudonyms_that_this_key_made() -> None:
    ours, plain = Pseudonyms(KEY), Pseudonyms()
    stated = {STATED: ours.mark}
    assert ours.of_file("a.parquet", {}) is ours
    assert ours.of_file("a.parquet", stated).of("ann") == "ann"
    assert plain.of_file("a.parquet", stated).of("ann") == "ann"
    with pytest.raises(CatalogError, match="pseudonyms that were made with another key"):
        Pseudonyms(OTHER).of_file("a.parquet", stated)


def test_what_a_server_would_give_pseudonyms_again_is_not_sent() -> None:
    refuse_pseudonyms("a.parquet", {"made by": "somebody"})
    with pytest.raises(CatalogError, match="read it into the data folder itself"):
        refuse_pseudonyms("a.parquet", {STATED: Pseudonyms(KEY).mark})


def test_the_mark_of_a_log_is_known_without_its_key() -> None:
    with open_event_log("sqlite://") as log:
        assert mark_of(log) == Pseudonyms().mark == ""
        Pseudonyms(KEY).check(log)
        assert mark_of(log) == Pseudonyms(KEY).mark != Pseudonyms(OTHER).mark


def _with_person(log: EventLog, user_id: str) -> None:
    log.append_events([Event(user_id, "i", "view", None, 1.0)])


def test_a_folder_keeps_the_key_that_it_began_with() -> None:
    with open_event_log("sqlite://") as log:
        Pseudonyms().check(log)
        Pseudonyms(KEY).check(log)
        Pseudonyms(KEY).check(log)
        for other in (Pseudonyms(OTHER), Pseudonyms()):
            with pytest.raises(ConfigError, match="do not fit this data folder"):
                other.check(log)


def test_a_folder_with_people_under_their_own_ids_stays_so() -> None:
    with open_event_log("sqlite://") as log:
        _with_person(log, "ann")
        Pseudonyms().check(log)
        with pytest.raises(ConfigError, match="people in it under their own ids"):
            Pseudonyms(KEY).check(log)
