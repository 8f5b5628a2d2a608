"""Whether PyTorch is installed."""

from __future__ import annotations

import sys

import pytest

from encoders.errors import PackageMissing
from encoders.pytorch import has_pytorch, require_pytorch


def test_what_is_installed_is_not_asked_for() -> None:
    assert has_pytorch()
    require_pytorch("Training")


def test_what_is_missing_is_named_with_the_extra(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "torch", None)
    assert not has_pytorch()
    with pytest.raises(PackageMissing, match=r"^Training needs .*: pip install 'palate\[train\]'$"):
        require_pytorch("Training")
