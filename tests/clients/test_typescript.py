"""The client for Node and browsers: generated of the proto files, built, asked against a real server by
Node, and used by its example."""

from __future__ import annotations

import filecmp
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.clients.conftest import ROOT, Server

CLIENT = ROOT / "clients" / "typescript"
EXAMPLE = ROOT / "examples" / "clients" / "typescript"
NPM = shutil.which("npm") or ""
BUF = Path(sys.executable).with_name("buf")

pytestmark = pytest.mark.skipif(not NPM, reason="Node and npm are not installed: apt install npm")


def _npm(folder: Path, *arguments: str, server: Server | None = None) -> str:
    """What it prints. Programs of the virtual environment are found, such as buf."""
    environment = dict(server.environment if server else os.environ)
    environment["PATH"] = f"{BUF.parent}{os.pathsep}{environment['PATH']}"
    done = subprocess.run(
        [NPM, "--silent", *arguments], cwd=folder, env=environment, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.fixture(scope="module")
def built() -> Path:
    """With the packages of the lock file, and nothing that is older than its sources."""
    _npm(CLIENT, "ci", "--ignore-scripts")
    _npm(CLIENT, "run", "build")
    return CLIENT


@pytest.mark.skipif(not BUF.exists(), reason="buf is not installed: pip install buf-bin")
def test_the_generated_code_is_that_of_the_proto_files(built: Path, tmp_path: Path) -> None:
    _npm(built, "run", "generate", "--", "--output", str(tmp_path))
    fresh, committed = tmp_path / "src" / "generated", built / "src" / "generated"
    names = sorted(path.relative_to(fresh) for path in fresh.rglob("*.ts"))
    assert names == sorted(path.relative_to(committed) for path in committed.rglob("*.ts"))
    stale = [name for name in names if not filecmp.cmp(fresh / name, committed / name, False)]
    assert stale == [], "run `make typescript`"


def test_the_client_speaks_with_a_server(built: Path, server: Server) -> None:
    told = _npm(built, "test", server=server)
    assert "\n# fail 0" in told, told
    assert "\n# pass 8" in told, told


def test_the_package_has_what_it_exports(built: Path) -> None:
    listed = _npm(built, "pack", "--dry-run", "--json", "--ignore-scripts")
    for path in ("dist/index.js", "dist/index.d.ts", "dist/generated/palate/v1/recommend_pb.d.ts"):
        assert f'"{path}"' in listed, path
    assert "node_modules" not in listed


def test_the_example_is_typed_and_does_what_it_says(built: Path, server: Server) -> None:
    _npm(EXAMPLE, "install", "--ignore-scripts")
    told = _npm(EXAMPLE, "start", server=server)
    lines = told.splitlines()
    assert lines[0] == "8 items []"
    assert [line[:3] for line in lines[1:4]] == ["1. ", "2. ", "3. "]
    assert "FILTER_SYNTAX" in lines[4]
