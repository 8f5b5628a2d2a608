"""What DeleteUser leaves of a person, by the bytes of the data folder.

    python -m benchmarks.privacy [--people 200] [--in-flight 6] [--write]

A real server in a process of its own, on 300 items with stand-in encoders. Of each person, with random
long ids of user and events, is told all there is to tell: events, a profile, a taste in words, lists that
were served and explained. Then

    in flight   the person's Recommends are under way while DeleteUser is called; when all have ended, the
                served answers of every deleted person are counted, in the database and by ExportUser
    running     every file of the data folder is read, and looked through for the ids of the deleted
    killed      the same after kill -9 of a server that has just deleted as many more, and
    restarted   once it has been started again
    restored    the same of a data folder restored from a backup of before the deletions
    kept        people who were not deleted have all their events still

`within` is how long after the last deletion nothing was found any more, looked at every half second.
"""

from __future__ import annotations

import argparse
import os
import random
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from benchmarks.folders import palate
from benchmarks.serve import Server, server
from benchmarks.tables import markdown, replace_section
from indexer.log.opening import open_event_log
from palate.client import Client

PAGE = Path(__file__).resolve().parents[1] / "docs/privacy.md"
N_ITEMS = 300
EVENTS_EACH = 30
PATIENCE_S = 60.0
_KINDS = (b"person-", b"event-")
_ID = re.compile(rb"person-[0-9a-f]{32}-[0-9a-f]{32}|event-[0-9a-f]{32}")
SETTINGS = '[encoders]\ntext = "fake"\nimage = "fake"\n[server]\nlog_level = "error"\n'


@dataclass(frozen=True, slots=True)
class Person:
    """Ids that are nowhere else."""

    user_id: str = field(default_factory=lambda: f"person-{uuid.uuid4().hex}-{uuid.uuid4().hex}")
    event_ids: Sequence[str] = field(
        default_factory=lambda: [f"event-{uuid.uuid4().hex}" for _ in range(EVENTS_EACH)]
    )

    @property
    def ids(self) -> Sequence[bytes]:
        return [one.encode() for one in (self.user_id, *self.event_ids)]


@dataclass(frozen=True, slots=True)
class Left:
    """What was found of the deleted."""

    state: str
    deleted: int
    people: int
    """Whose user id is in some file."""
    events: int
    """Whose ids are."""
    within_s: float | None = None
    files: Sequence[str] = field(default_factory=list)

    def row(self) -> Sequence[str]:
        within = "" if self.within_s is None else f"{self.within_s:.1f} s"
        return [self.state, f"{self.deleted:,}", f"{self.people:,}", f"{self.events:,}", within]


@contextmanager
def running(data: Path) -> Iterator[tuple[Server, Client]]:
    """`palate serve` in a process of its own, once it serves."""
    with server(data) as serving, Client(serving.address, timeout_s=60) as client:
        client.wait_until_serving(60)
        yield serving, client


def tell(client: Client, people: Sequence[Person]) -> None:
    """Everything that there is to tell of people."""
    now = time.time()
    for person in people:
        events = [
            {
                "user_id": person.user_id,
                "event_id": event_id,
                "item_id": f"i{random.randrange(N_ITEMS)}",
                "event_type": "watch",
                "timestamp": now - 1000 + n,
            }
            for n, event_id in enumerate(person.event_ids)
        ]
        client.record_events(events)
        client.put_user(person.user_id, attributes={"name": person.user_id}, taste="quiet films")
        answer = client.recommend(user_id=person.user_id, k=5, wish="a quiet film", explain=True)
        client.explain(answer.results[0].item_id, recommendation_id=answer.recommendation_id)
        client.describe_taste(person.user_id)


def delete(client: Client, people: Sequence[Person]) -> None:
    for person in people:
        client.delete_user(person.user_id)


def delete_in_flight(client: Client, people: Sequence[Person], in_flight: int) -> None:
    """Each while `in_flight` of their Recommends are under way."""
    with ThreadPoolExecutor(in_flight) as pool:
        for person in people:
            begun = threading.Barrier(in_flight + 1)

            def ask(user_id: str = person.user_id, begun: threading.Barrier = begun) -> None:
                begun.wait()
                client.recommend(user_id=user_id, k=10)

            asked = [pool.submit(ask) for _ in range(in_flight)]
            begun.wait()
            client.delete_user(person.user_id)
            for one in asked:
                one.result()


def still_exported(client: Client, people: Sequence[Person]) -> int:
    """People of whom an export has anything."""
    held = [client.export_user(person.user_id) for person in people]
    return sum(1 for one in held if one["events"] or one["profile"] or one["served"])


def still_served(data: Path, people: Sequence[Person]) -> int:
    """People of whom an answer is kept."""
    with open_event_log(f"sqlite:///{data / 'log.db'}") as log, log.snapshot() as snapshot:
        names = {row["user_id"] for page in snapshot.rows("served") for row in page}
    return sum(1 for person in people if person.user_id in names)


def left_of(state: str, folder: Path, people: Sequence[Person]) -> Left:
    """What any file holds of them."""
    wanted = {id_ for person in people for id_ in person.ids}
    found: dict[bytes, set[str]] = {}
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            for id_ in ids_in(path.read_bytes()) & wanted:
                found.setdefault(id_, set()).add(str(path.relative_to(folder)))
    users = {person.user_id.encode() for person in people}
    files = sorted({name for names in found.values() for name in names})
    return Left(state, len(people), len(users & set(found)), len(set(found) - users), None, files)


def ids_in(content: bytes) -> set[bytes]:
    """Whatever looks like an id of ours, at any place."""
    if not any(kind in content for kind in _KINDS):  # most of the engine's files are zeros
        return set()
    return set(_ID.findall(content))


def left_in_the_end(state: str, folder: Path, people: Sequence[Person]) -> Left:
    """The same, looked at until nothing is found or patience is at an end."""
    started = time.monotonic()
    while True:
        waited = time.monotonic() - started
        left = left_of(state, folder, people)
        if not (left.people or left.events) or waited > PATIENCE_S:
            return Left(state, left.deleted, left.people, left.events, waited, left.files)
        time.sleep(0.5)


def measured(data: Path, vault: Path, n_people: int, in_flight: int) -> list[Left]:
    """All rows of the table."""
    stay, in_the_backup, deleted, killed = ([Person() for _ in range(n_people)] for _ in range(4))
    data.mkdir()
    (data / "palate.toml").write_text(SETTINGS, encoding="utf-8")
    with running(data) as (serving, client):
        client.index_items(
            {"item_id": f"i{n}", "title": f"item {n}", "categories": [f"c{n % 7}"]}
            for n in range(N_ITEMS)
        )
        for people in (stay, in_the_backup, deleted, killed):
            tell(client, people)
        _palate("backup", str(vault), "--data", str(data))
        delete(client, in_the_backup)
        delete_in_flight(client, deleted, in_flight)
        time.sleep(2)  # what is written behind the answers
        n_served = max(still_served(data, deleted), still_exported(client, deleted))
        rows = [Left("in flight, served answers kept", n_people, n_served, 0)]
        gone = [*in_the_backup, *deleted]
        rows.append(left_in_the_end("running", data, gone))
        delete(client, killed)
        os.kill(serving.pid, signal.SIGKILL)
    gone += killed
    rows.append(left_in_the_end("killed", data, gone))
    with running(data) as (_, client):
        rows.append(left_in_the_end("restarted", data, gone))
        lost = sum(
            1 for one in stay if len(client.export_user(one.user_id)["events"]) != EVENTS_EACH
        )
    _palate("backup", str(vault), "--data", str(data))
    restored = data.with_name("restored")
    first = sorted((vault / "backups").glob("*.json"))[0].stem
    moment = f"{first[:4]}-{first[4:6]}-{first[6:8]}T{first[9:11]}:{first[11:13]}:{first[13:]}"
    _palate("restore", str(vault), str(restored), "--at", moment.rstrip("Z") + "+00:00")
    rows.append(left_of("restored to before the deletions", restored, gone))
    rows.append(Left("not deleted, and something is missing", 0, lost, 0))
    return rows


def report(rows: Sequence[Left]) -> str:
    header = ["state", "deleted", "people found", "ids of events found", "within"]
    return markdown(header, [row.row() for row in rows])


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--people", type=int, default=200, help="of each kind (default 200)")
    parser.add_argument("--in-flight", type=int, default=6, help="calls (default 6)")
    parser.add_argument("--write", action="store_true", help="put the table into docs/privacy.md")
    return parser.parse_args()


def main() -> None:
    asked = arguments()
    with tempfile.TemporaryDirectory() as folder:
        rows = measured(
            Path(folder) / "data", Path(folder) / "backups", asked.people, asked.in_flight
        )
    text = report(rows)
    print(text)
    for row in rows:
        if row.files:
            print(f"{row.state}: {', '.join(row.files)}", file=sys.stderr)
    if asked.write:
        replace_section(PAGE, "bench-privacy", text)
    if any(row.people or row.events for row in rows):
        sys.exit("something was left of deleted people, or lost of others")


def _palate(*arguments: str) -> None:
    done = subprocess.run(palate(*arguments), capture_output=True, text=True)
    if done.returncode > 1:
        sys.exit(f"palate {' '.join(arguments)}: {done.stdout}{done.stderr}")


if __name__ == "__main__":
    main()
