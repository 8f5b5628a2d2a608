"""The names of encoders are kept in the log, by the digest of the set."""

from __future__ import annotations

from pathlib import Path

from indexer.log.opening import open_event_log
from service.storage.encoder_names import encoder_names, keep_encoder_names


def test_names_come_back_by_digest_and_unknown_sets_have_none(tmp_path: Path) -> None:
    with open_event_log(f"sqlite:///{tmp_path / 'log.db'}") as log:
        keep_encoder_names(log, "0123abcd", {"text": "fake", "audio": "clap"})
        keep_encoder_names(log, "89abcdef", {"text": "fake"})
        keep_encoder_names(log, "89abcdef", {"text": "st:other"})
        assert encoder_names(log, "0123abcd") == {"text": "fake", "audio": "clap"}
        assert encoder_names(log, "89abcdef") == {"text": "st:other"}
        assert encoder_names(log, "00000000") == {}
