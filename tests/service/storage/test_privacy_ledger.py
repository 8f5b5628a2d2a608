"""What trainings have told adds up, and stays."""

from __future__ import annotations

from pathlib import Path

import pytest

from indexer.log.opening import open_event_log
from service.storage.privacy_ledger import PrivacyLedger


def test_what_is_entered_adds_up_over_restarts(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'log.db'}"
    with open_event_log(url) as log:
        assert PrivacyLedger(log).spent == 0
        PrivacyLedger(log).enter("v1", 0.5)
        PrivacyLedger(log).enter("v2", 0.25)
    with open_event_log(url) as log:
        ledger = PrivacyLedger(log)
        assert ledger.spent == pytest.approx(0.75)
        assert [(one.model_version, one.rho) for one in ledger.spendings] == [
            ("v1", 0.5),
            ("v2", 0.25),
        ]
        assert ledger.spendings[0].at <= ledger.spendings[1].at
