"""Where the reference is written: files in this repository, which a test compares with what would be
written now.

Knows nothing of what is in them.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path

from service.rpc.reference.openapi import openapi
from service.rpc.reference.pages import pages
from service.rpc.reference.source import read_source
from service.rpc.server import SERVICES

ROOT = Path(__file__).resolve().parents[3]
OPENAPI = ROOT / "service" / "rpc" / "http" / "openapi.json"
REFERENCE = ROOT / "docs" / "reference"


def files() -> Mapping[Path, str]:
    """What is to be in each file."""
    source = read_source()
    services = [service for service, _, _ in SERVICES]
    document = json.dumps(openapi(services, source), indent=1, ensure_ascii=False) + "\n"
    written = pages(services, source)
    return {OPENAPI: document, **{REFERENCE / name: text for name, text in written.items()}}


def write() -> None:
    """All of them."""
    REFERENCE.mkdir(parents=True, exist_ok=True)
    for path, text in files().items():
        path.write_text(text, encoding="utf-8")
