"""What falls due of tenants, one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import pytest

from service.config import Settings
from service.errors import StoreUnavailable, TenantRefused
from service.operations.switching import Switching
from service.telemetry.call import CURRENT_CALL
from service.tenants.rounds import Rounds


class Leasing:
    """Tenants a, b and c, of which some are open; what is tended is noted."""

    def __init__(self, *are_open: str) -> None:
        self.are_open = are_open
        self.tended: list[str] = []
        self.errors: dict[str, Exception] = {}

    def names(self) -> Sequence[str]:
        return ["a", "b", "c"]

    def open_names(self) -> Sequence[str]:
        return self.are_open

    @contextmanager
    def lease(self, tenant: str, /, *, is_call: bool = True) -> Iterator[Switching]:
        assert not is_call
        if tenant in self.errors:
            raise self.errors[tenant]

        def tend() -> None:
            call = CURRENT_CALL.get()
            assert call is not None
            self.tended.append(call.tenant)

        yield cast(Switching, SimpleNamespace(tend=tend))


def rounds(tenants: Leasing, **sections: Any) -> Rounds:
    """They go only when they are asked to."""
    return Rounds(tenants, Settings.model_validate(sections), every_s=3_600)


def test_those_that_are_open_are_tended_and_everywhere_those_that_were() -> None:
    tenants = Leasing("b")
    going = rounds(tenants)
    going.go(everywhere=False)
    tenants.are_open = ("c",)
    going.go(everywhere=False)
    tenants.are_open = ()
    going.go(everywhere=True)
    going.go(everywhere=True)
    going.close()
    assert tenants.tended == ["b", "c", "b", "c"]


@pytest.mark.parametrize(
    "sections", [{"privacy": {"retention_days": {"view": 1}}}, {"training": {"every": "1d"}}]
)
def test_where_something_falls_due_without_a_call_everywhere_is_all(
    sections: dict[str, Any],
) -> None:
    tenants = Leasing()
    going = rounds(tenants, **sections)
    going.go(everywhere=True)
    going.close()
    assert tenants.tended == ["a", "b", "c"]


def test_one_that_fails_or_is_gone_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    tenants = Leasing("a", "b", "c")
    tenants.errors = {"a": StoreUnavailable("disk", "gone", "look"), "b": TenantRefused()}
    going = rounds(tenants)
    going.go(everywhere=False)
    going.close()
    assert tenants.tended == ["c"]
    assert caplog.text.count("housekeeping could not go on") == 1


def test_after_the_end_nothing_is_begun(tmp_path: Path) -> None:
    tenants = Leasing("a")
    going = rounds(tenants)
    going.close()
    going.go(everywhere=False)
    assert tenants.tended == []
