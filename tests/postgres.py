"""A PostgreSQL server of the tests' own: made in a folder of its own, on a free port of this machine,
gone when they are done.

Needs the programs of PostgreSQL (Debian's package `postgresql`), and as root a user to give them to:
PostgreSQL does not run as root. Knows nothing of Palate.
"""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import sqlalchemy as sa

_DEBIAN = Path("/usr/lib/postgresql")
_USER = "palate"
# ICU's English sorts "b" before "C", as servers that are installed with defaults do: what relies on
# the order of bytes fails here.
_INITDB = ("--auth=trust", "--encoding=UTF8", "--locale-provider=icu", "--icu-locale=en-US")
_TRIES = 5
"""Somebody else may take the port before the server does, and one that was killed may linger."""


def why_not() -> str:
    """Why no server can be started here; empty where one can."""
    if _programs() is None:
        return "PostgreSQL is not installed: apt install postgresql"
    if os.geteuid() == 0 and _owner() is None:
        return "PostgreSQL does not run as root, and there is no user postgres to run it as"
    return ""


class PostgresServer:
    """One cluster, running."""

    def __init__(self) -> None:
        programs = _programs()
        assert programs is not None, why_not()
        self._programs = programs
        self._folder = Path(tempfile.mkdtemp(prefix="palate-postgres-"))
        self._data = self._folder / "data"
        self._port = 0
        self._names = count()
        try:
            if (owner := _owner()) is not None:
                os.chown(self._folder, owner.pw_uid, owner.pw_gid)
            self._do("initdb", *_INITDB, "-U", _USER, "-D", str(self._data))
            self.start()
        except BaseException:
            shutil.rmtree(self._folder)
            raise

    def start(self) -> None:
        """At first, and again after `kill`, on the same port."""
        again = self._port
        for left in reversed(range(_TRIES)):
            self._port = again or _free_port()
            # What is killed is the server and never the machine, so nothing need reach the disk.
            options = f"-h 127.0.0.1 -p {self._port} -c unix_socket_directories= -F"
            try:
                self._pg_ctl("start", "-l", str(self._folder / "server.log"), "-o", options)
                return
            except RuntimeError as error:
                if not left:
                    log = (self._folder / "server.log").read_text()
                    raise RuntimeError(f"{error}\n{log[-2_000:]}") from error

    def kill(self) -> None:
        """The server and all its processes, as by `kill -9`."""
        lock = self._data / "postmaster.pid"
        server = int(lock.read_text().split()[0])
        os.kill(server, signal.SIGSTOP)  # so that it has no more children than we see
        children = Path(f"/proc/{server}/task/{server}/children").read_text().split()
        killed = [server, *map(int, children)]
        for pid in killed:
            kill(pid)
        while any(map(_lives, killed)):
            pass
        # Where nobody asks after its end, PostgreSQL takes the dead server for one that runs.
        lock.unlink()

    def backends(self, database: str) -> Sequence[int]:
        """The processes that serve the connections to one database, by its URL."""
        question = "SELECT pid FROM pg_stat_activity WHERE datname = :name"
        return [row.pid for row in self._ask(question, name=database.rpartition("/")[2])]

    @contextmanager
    def database(self, *settings: str) -> Iterator[str]:
        """The URL of one that is empty, with settings of its own such as `work_mem = 64`."""
        name = f"log{next(self._names)}"
        self._ask(f"CREATE DATABASE {name}")
        for setting in settings:
            self._ask(f"ALTER DATABASE {name} SET {setting}")
        yield f"postgresql://{_USER}@127.0.0.1:{self._port}/{name}"
        self._ask(f"DROP DATABASE {name} WITH (FORCE)")

    def program(self, name: str, *arguments: str) -> None:
        """Run `pg_dump` or its like, as anybody."""
        _run([str(self._programs / name), *arguments])

    def close(self) -> None:
        """Stop the server, and remove what it wrote."""
        try:
            self._pg_ctl("stop", "-m", "immediate")
        finally:
            shutil.rmtree(self._folder)

    def _ask(self, question: str, **values: Any) -> Sequence[Any]:
        url = f"postgresql+psycopg://{_USER}@127.0.0.1:{self._port}/postgres"
        engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
        try:
            with engine.connect() as connection:
                result = connection.execute(sa.text(question), values)
                return result.all() if result.returns_rows else []
        finally:
            engine.dispose()

    def _pg_ctl(self, verb: str, *arguments: str) -> None:
        self._do("pg_ctl", verb, "-w", "-D", str(self._data), *arguments)

    def _do(self, name: str, *arguments: str) -> None:
        owner = _owner()
        user = {} if owner is None else {"user": owner.pw_uid, "group": owner.pw_gid}
        _run([str(self._programs / name), *arguments], cwd=self._folder, **user)


def kill(pid: int) -> None:
    """As `kill -9` does; one that has gone meanwhile is as dead."""
    try:
        os.kill(pid, signal.SIGKILL)
    except ProcessLookupError:
        return


def _lives(pid: int) -> bool:
    """Whether it runs; what is dead, and nobody has asked after, does not."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except (FileNotFoundError, ProcessLookupError):
        return False


def _programs() -> Path | None:
    """The folder of `initdb` and the others, the newest version's; None where there is none."""
    found = shutil.which("initdb")
    folders = [Path(found).resolve().parent] if found else []
    folders += sorted(_DEBIAN.glob("*/bin"), key=lambda path: -float(path.parent.name))
    return next((path for path in folders if (path / "initdb").is_file()), None)


def _owner() -> pwd.struct_passwd | None:
    """Who runs the server where we are root; None where we do ourselves, or where there is nobody."""
    if os.geteuid() != 0:
        return None
    return next((user for user in pwd.getpwall() if user.pw_name == "postgres"), None)


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        port: int = one.getsockname()[1]
        return port


def _run(command: Sequence[str], **options: Any) -> None:
    # A server inherits what is written to: a pipe would stay open until it ends.
    with tempfile.TemporaryFile() as said:
        done = subprocess.run(command, stdout=said, stderr=said, check=False, **options)
        if done.returncode:
            said.seek(0)
            raise RuntimeError(f"{' '.join(command)}: {said.read().decode()}")
