"""Which event log a URL names.

To add one: implement `indexer.log.event_log.EventLog` in a folder of its own, name its URL scheme
in LOGS, and run `EventLogContract` of `tests/indexer/log/contract` over it. Knows nothing of what
is in a log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from indexer.errors import StoreUnavailable
from indexer.log.event_log import EventLog
from indexer.log.sql.event_log import SqlEventLog

LOGS: Mapping[str, Callable[[str], EventLog]] = {
    "sqlite": SqlEventLog.open,
    "postgresql": SqlEventLog.open,
}
"""What opens, or makes, a log, by the scheme of its URL."""


def open_event_log(url: str) -> EventLog:
    """Open, make or migrate the log at `sqlite:////folder/log.db`, `sqlite://` (in memory) or
    `postgresql://host/database`.

    StoreUnavailable where it cannot be opened, StoreError where it is damaged, DataVersionMismatch
    where a newer Palate wrote it.
    """
    scheme = url.partition(":")[0].partition("+")[0]  # of postgresql+driver://…
    if scheme not in LOGS:
        raise StoreUnavailable(
            f"event log {scheme}://…",
            f"{scheme} is not supported",
            "use sqlite:////path/log.db, or postgresql://… with palate[postgres] installed",
        )
    return LOGS[scheme](url)
