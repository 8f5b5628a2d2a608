"""A log is opened by its URL, and what cannot be opened is said without its password."""

from __future__ import annotations

import pytest

from indexer.errors import StoreUnavailable
from indexer.log.opening import LOGS, open_event_log


def test_an_embedded_log_is_opened_by_its_url() -> None:
    with open_event_log("sqlite+pysqlite://") as log:
        assert (log.count_events(), log.shared) == (0, False)


@pytest.mark.parametrize("url", ["mysql://user:secret@host/db", "log.db", ""])
def test_a_url_of_no_known_log_is_refused_with_those_that_are(url: str) -> None:
    with pytest.raises(
        StoreUnavailable, match=r"is not supported; use sqlite:.*postgresql:"
    ) as caught:
        open_event_log(url)
    assert "secret" not in str(caught.value)


def test_the_message_names_every_kind_of_log() -> None:
    with pytest.raises(StoreUnavailable) as caught:
        open_event_log("other://")
    assert [scheme for scheme in LOGS if f"{scheme}:" not in str(caught.value)] == []
