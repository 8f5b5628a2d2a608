"""Who refused after a backup is not known again by what comes back with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.catalog.event import Event
from indexer.catalog.item import Item
from indexer.catalog.personalization import Personalization
from indexer.log.event_log import EventLog
from indexer.log.opening import open_event_log
from service.backup.backup import back_up
from service.backup.following import follow
from service.backup.point import Point
from service.backup.refused import REFUSED, Refused
from service.backup.restore import restore
from service.config import Settings
from service.errors import BackupDamaged
from tests.service.backup.conftest import settings_of

Consents = dict[str, Personalization | None]


def consents(tmp_path: Path, name: str, at: Point) -> tuple[Consents, list[str]]:
    """Of ann, ben and cid after a restore, and what it remarks."""
    data = tmp_path / name
    report = restore(tmp_path / "vault", data, settings_of, at=at)
    with open_event_log(settings_of(data).log_url) as restored:
        users = {name: restored.get_user(name) for name in ("ann", "ben", "cid")}
        said = {name: user.consent if user else None for name, user in users.items()}
        assert restored.restricted(users) == {name for name, one in said.items() if one}
    return said, list(report.remarks)


def test_a_refusal_holds_in_a_backup_of_before(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    log.put_items([Item("a")])
    log.append_events([Event("cid", "a", "view", None, 1.0)])  # has no profile
    before = back_up(settings, tmp_path / "vault")
    for name in ("ann", "cid"):
        log.put_consent(name, Personalization.NON_PROFILED)
    said_at = log.get_user("ann").consent_at  # type: ignore[union-attr]
    back_up(settings, tmp_path / "vault")
    refused = Personalization.NON_PROFILED
    said, remarks = consents(tmp_path, "restored", Point(time=before.made_at))
    assert said == {"ann": refused, "ben": None, "cid": refused}
    assert [one for one in remarks if one.startswith("2 people said since")]
    with open_event_log(settings_of(tmp_path / "restored").log_url) as restored:
        ann = restored.get_user("ann")
        assert ann is not None
        assert (ann.taste, ann.consent_at) == ("quiet", said_at)
        assert restored.user_events("ann") == []
        assert len(restored.recorded_events("ann")) == 1


def test_a_refusal_is_shipped_where_the_log_is_followed(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    steps = iter([False, True])

    def wait(_: float) -> bool:
        log.put_consent("ben", Personalization.CONTEXTUAL)
        return next(steps)

    follow(settings, tmp_path / "vault", wait)
    assert list(Refused.read(tmp_path / "vault").by_user) == ["ben"]
    said, _ = consents(tmp_path, "restored", Point())
    assert said["ben"] == Personalization.CONTEXTUAL


def test_who_consents_again_is_off_the_list(
    settings: Settings, log: EventLog, tmp_path: Path
) -> None:
    log.put_consent("ann", Personalization.CONTEXTUAL)
    back_up(settings, tmp_path / "vault")
    log.put_consent("ann", Personalization.FULL)
    back_up(settings, tmp_path / "vault")
    assert Refused.read(tmp_path / "vault").by_user == {}


def test_what_was_said_later_than_the_list_stands() -> None:
    refused = Refused({"u": {"consent": "contextual", "consent_at": 5.0}})
    row = {"user_id": "u", "consent": "full", "consent_at": 6.0}
    assert refused.of(row) == row
    assert refused.of({**row, "consent_at": 4.0})["consent"] == "contextual"
    assert refused.of({"user_id": "u"})["consent_at"] == 5.0


@pytest.mark.parametrize("content", ["{", "[]", '{"u": ["perhaps", 1]}', '{"u": ["full"]}'])
def test_a_list_that_cannot_be_read_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / REFUSED).write_text(content)
    with pytest.raises(BackupDamaged, match=r"refused\.json"):
        Refused.read(tmp_path)
