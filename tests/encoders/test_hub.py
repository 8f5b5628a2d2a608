"""Loading leaves the process as it was, and asks a hub only when it may and when the hub answers."""

from __future__ import annotations

import logging

import pytest
from huggingface_hub import constants

from encoders import hub
from encoders.errors import EncoderUnavailable
from encoders.hub import loading


@pytest.mark.parametrize(
    ("may_download", "answers", "offline"),
    [(False, True, True), (True, False, True), (True, True, False)],
    ids=["local model", "no hub", "hub there"],
)
def test_the_hub_is_used_only_when_allowed_and_there(
    monkeypatch: pytest.MonkeyPatch, may_download: bool, answers: bool, offline: bool
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(hub, "hub_answers", lambda: answers)
    with loading("x", "do", may_download=may_download):
        assert constants.HF_HUB_OFFLINE is offline
    assert constants.HF_HUB_OFFLINE is False


def test_a_process_that_is_offline_by_choice_stays_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", True)
    assert not hub.hub_answers()
    with loading("x", "do", may_download=True):
        assert constants.HF_HUB_OFFLINE
    assert constants.HF_HUB_OFFLINE


def test_any_failure_leaves_as_one_error_and_restores_the_process(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    handlers = list(logging.getLogger().handlers)
    with (
        pytest.raises(EncoderUnavailable, match=r"^encoder 'x' cannot be loaded: a b; do this$"),
        loading("x", "do this"),
    ):
        raise ValueError("a\n   b")
    assert constants.HF_HUB_OFFLINE is False
    assert logging.getLogger().handlers == handlers


def test_an_unreachable_hub_is_no_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(constants, "HF_HUB_OFFLINE", False)
    monkeypatch.setattr(constants, "ENDPOINT", "http://127.0.0.1:1")
    assert not hub.hub_answers()
