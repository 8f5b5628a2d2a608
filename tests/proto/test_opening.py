"""A notebook says what it lacks, and a server needs the client alone."""

from __future__ import annotations

import importlib
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

import palate
from tests.service.standin import StandIn, served


def test_without_the_service_it_says_what_to_install(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def missing(name: str) -> Any:
        raise ModuleNotFoundError(f"No module named {name!r}")

    monkeypatch.setattr(importlib, "import_module", missing)
    with pytest.raises(ModuleNotFoundError, match=r"pip install palate, or use palate\.connect"):
        palate.open(tmp_path)


def test_a_server_is_asked_without_the_service() -> None:
    ask = (
        "import sys, palate\n"
        "with palate.connect(sys.argv[1]) as shop:\n"
        "    print(shop.recommend('u')[0].item_id, 'service' in sys.modules)"
    )
    with served(StandIn()) as address:
        ran = subprocess.run(
            [sys.executable, "-c", ask, address], capture_output=True, text=True, check=True
        )
    assert ran.stdout.split() == ["f1", "False"]
