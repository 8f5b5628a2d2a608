"""A server that is to bear half of what it can: on a copy of a trained folder, once it is warm and the
sustainable rate is known (`benchmarks.overload` says what that is).

Knows nothing of what is measured then.
"""

from __future__ import annotations

import argparse
import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from benchmarks.overload import Run, offered, sustainable_rate
from benchmarks.serve import Server, server, users_of
from benchmarks.start import trained_folder


@dataclass(frozen=True, slots=True)
class HalfLoad:
    """It, and who asks it how often."""

    serving: Server
    data: Path
    users: Sequence[str]
    calls_per_s: float

    @property
    def work(self) -> Path:
        """A folder for whatever else is needed; removed at the end."""
        return self.data.parent

    def offered(self, seed: int, seconds: float) -> Run:
        """Calls for so long."""
        return offered(self.serving, self.users, seed, seconds, self.calls_per_s)


def parser(description: str | None) -> argparse.ArgumentParser:
    """With the options that `half_loaded` reads, and `--write`."""
    made = argparse.ArgumentParser(
        description=description, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    made.add_argument(
        "--data", type=Path, help="a data folder with a trained model, instead of making one"
    )
    made.add_argument("--rate", type=float, default=0.0, help="the sustainable rate, if known")
    made.add_argument(
        "--write", action="store_true", help="put the report into docs/operations.md too"
    )
    return made


@contextmanager
def half_loaded(asked: argparse.Namespace) -> Iterator[HalfLoad]:
    """Nothing is done to the folder itself."""
    with tempfile.TemporaryDirectory(prefix="palate-half-load-") as work:
        data = Path(work) / "data"
        shutil.copytree(asked.data or trained_folder(), data)
        users = users_of(data)
        with server(data) as serving:
            offered(serving, users, 0, 10.0, 20.0)  # warm-up
            rate = asked.rate or sustainable_rate(partial(offered, serving, users, 1, 6.0))
            yield HalfLoad(serving, data, users, rate / 2)
