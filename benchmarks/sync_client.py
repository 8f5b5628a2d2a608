"""The client for threads, written from the one for asyncio: `python -m benchmarks.sync_client --write` makes
proto/palate/client.py of proto/palate/aio.py, and a test holds the one to the other.

Knows no calls: `unasync` replaces what asyncio needs, token by token.
"""

from __future__ import annotations

import argparse
import ast
import subprocess
import sys
import tempfile
from pathlib import Path

from benchmarks.folders import ROOT

SOURCE = ROOT / "proto" / "palate" / "aio.py"
CLIENT = ROOT / "proto" / "palate" / "client.py"
NAMES = {
    "AsyncClient": "Client",
    "AsyncChannel": "Channel",
    "open_async_channel": "open_channel",
}
"""Of ours; unasync knows those of Python."""
_TIDIED = ("--quiet", "--fix", "--unsafe-fixes", "--select", "I,UP028")
"""Imports in order, and `yield from`, which there is none of in asyncio."""
DOCSTRING = '''"""The client that backend services import: one method per call, simple values in, messages out.

Written from `palate.aio`, which is the same for asyncio, by `make proto`: change that one. Safe to share
between threads. Needs grpc and protobuf only. A server that other machines reach wants a key, and should
be asked over TLS: `Client(address, key=..., tls=Tls("ca.pem"))`.

    with Client("127.0.0.1:50051") as palate:
        palate.record_events([{"user_id": "u1", "item_id": "film-7", "event_type": "watch"}])
        for result in palate.recommend("u1", k=5, explain=True).results:
            print(result.item.title, "-", result.reason)
"""'''


def made(source: str) -> str:
    """The text of the client, formatted as the rest is."""
    from unasync import Rule, unasync_files

    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "asyncio" / "client.py"
        file.parent.mkdir()
        file.write_text(_described(source), encoding="utf-8")
        unasync_files([str(file)], [Rule("/asyncio/", "/threads/", NAMES)])
        text = (Path(folder) / "threads" / "client.py").read_text(encoding="utf-8")
    return _ruff("format", _ruff("check", text, *_TIDIED))


def _described(source: str) -> str:
    """With the client's own docstring."""
    docstring = ast.parse(source).body[0]
    lines = source.splitlines()[docstring.end_lineno :]
    return "\n".join([DOCSTRING, *lines, ""])


def _ruff(command: str, text: str, *options: str) -> str:
    done = subprocess.run(
        [
            str(Path(sys.executable).with_name("ruff")),
            command,
            *options,
            "--stdin-filename",
            str(CLIENT),
            "-",
        ],
        input=text,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--write", action="store_true", help="into the file, not on the screen")
    text = made(SOURCE.read_text(encoding="utf-8"))
    if parser.parse_args().write:
        CLIENT.write_text(text, encoding="utf-8")
    else:
        print(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())
