"""Whether a tenant can tell that there is another, and what many tenants cost.

    python -m benchmarks.tenants [--calls 10000] [--pairs 1000] [--tenants 100] [--seed 0] [--write]

Real servers in processes of their own, with stand-in encoders.

    calls    tenant A alone on one server, and on another beside tenant B, which has the same ids of items and people,
             ids of its own, other titles, and calls all the while. Messages for A, built at random from the descriptors
             of every rpc, some with B's ids, go to both servers with A's key. An answer, a count or an error that
             differs, or holds a word that only B has, tells of B.
    timing   with A's key, an id that only B has and an id that nobody has, in random order: how often B's took longer
             (0.5 is a coin), and the median difference with its 95 % interval over resampled pairs.
    memory   servers with so many tenants of 50 items and 200 events: what the process has for itself, and what is
             resident with the pages of files that are mapped, by how many were called and may be open. The files have
             holes, and take as much as there is in memory on a file system that lies there.

A hundredth of the calls train or change encoders. Ids and times that a server draws are left out of the comparison.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import shutil
import sys
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field
from itertools import zip_longest
from pathlib import Path
from typing import Any

import grpc
import numpy as np
import psutil
from google.protobuf import json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import error_details_pb2, status_pb2
from hypothesis import HealthCheck, Phase, given, seed, settings

from benchmarks.fuzz import RANKER, rpcs, shares
from benchmarks.privacy import SETTINGS
from benchmarks.random_messages import messages
from benchmarks.serve import Server, server
from benchmarks.tables import markdown, replace_section
from indexer.catalog.event import Event
from indexer.catalog.item import Item
from palate.client import Client
from palate.v1 import catalog_pb2, event_pb2, user_pb2
from service.access.keys import KeyFile
from service.access.roles import Role
from service.config import Settings
from service.config_file import load_settings
from service.tenants.folders import TenantFolders
from tests.service import world

PAGE = Path(__file__).resolve().parents[1] / "docs/tenants.md"
MARK = "quagga"
"""A word in everything of B, and in nothing else."""
B_ITEMS = tuple(f"b{n:031d}" for n in range(20))
B_USERS = tuple(f"p{n:031d}" for n in range(10))
DRAWN = re.compile(r"\d{8}-\d{6}-[0-9a-f]{4}|[0-9a-f]{32}|\d{4}-\d\d-\d\dT[\d:.]+Z?")
"""Versions of models, ids of answers and times: a server draws them by itself."""
TIMES = re.compile("stageMs|.*seconds.*|.*_at|at|.*At")
"""Fields with times."""
TIMEOUT_S = 120.0
_DETAILS = "grpc-status-details-bin"


@dataclass(slots=True)
class Found:
    """What the calls told."""

    sent: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    by_others: int = 0
    """Calls of B in the same time."""
    told: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Timing:
    """Of pairs of calls, one with an id of B and one with an id of nobody."""

    what: str
    median_ms: float
    longer: float
    """The share of pairs in which the one with B's id took longer."""
    difference_us: float
    low_us: float
    high_us: float


class Caller:
    """One key at one server."""

    def __init__(self, address: str, key: str) -> None:
        self.channel = grpc.insecure_channel(address)
        self._metadata = [("authorization", f"Bearer {key}")]

    def ask(self, rpc: MethodDescriptor, content: bytes) -> tuple[str, Any, bytes]:
        """The status; what is comparable of the answer or of the error; and the answer's bytes."""
        path = f"/{rpc.containing_service.full_name}/{rpc.name}"
        kind = self.channel.unary_stream if rpc.server_streaming else self.channel.unary_unary
        method: Any = kind(path, request_serializer=None, response_deserializer=None)
        try:
            answered = method(content, metadata=self._metadata, timeout=TIMEOUT_S)
            raw = list(answered) if rpc.server_streaming else [answered]
        except grpc.RpcError as error:
            return error.code().name, _error(error), b""
        answer = GetMessageClass(rpc.output_type)
        # Progress is as fast as it is; what comes of it is the last message.
        kept = raw[-1:] if rpc.server_streaming else raw
        told = [json_format.MessageToDict(answer.FromString(one)) for one in kept]
        return "OK", [comparable(one) for one in told], b"".join(raw)

    def close(self) -> None:
        self.channel.close()


def comparable(value: Any) -> Any:
    """Without what a server draws by itself; numbers to six digits."""
    if isinstance(value, dict):
        told = {
            name: comparable(json.loads(one) if name == "json" else one)
            for name, one in value.items()
            if not TIMES.fullmatch(name)
        }
        if "served" in told:  # answers of one moment are in the order of their ids
            told["served"] = sorted(told["served"], key=json.dumps)
        return told
    if isinstance(value, list):
        return [comparable(one) for one in value]
    if isinstance(value, str):
        return DRAWN.sub("...", value)
    return float(f"{value:.6g}") if isinstance(value, float) else value


def first_difference(one: Any, other: Any, path: str = "") -> str:
    """Where two comparable values differ first, and how; empty where they do not."""
    if isinstance(one, dict) and isinstance(other, dict):
        inner = [
            first_difference(one.get(name), other.get(name), f"{path}.{name}")
            for name in {**one, **other}
        ]
    elif isinstance(one, list | tuple) and isinstance(other, list | tuple):
        pairs = zip_longest(one, other)
        inner = [first_difference(a, b, f"{path}[{n}]") for n, (a, b) in enumerate(pairs)]
    else:
        return (
            "" if one == other else f"{path}: {str(one)[:200]} beside B, {str(other)[:200]} alone"
        )
    return next(filter(None, inner), "")


def _error(error: grpc.RpcError) -> Any:
    details = [
        status_pb2.Status.FromString(value)
        for key, value in error.trailing_metadata() or ()
        if key == _DETAILS
    ]
    info = error_details_pb2.ErrorInfo()
    for status in details:
        for detail in status.details:
            if detail.Unpack(info):
                return comparable([error.details(), info.reason, dict(info.metadata)])
    return comparable([error.details()])


def with_ids_of(message: Message, ids: Mapping[str, Sequence[str]], chance: random.Random) -> None:
    """Some ids in the message become B's."""
    for one in message.DESCRIPTOR.fields:
        if one.type != one.TYPE_STRING or one.name not in ids or chance.random() > 0.4:
            continue
        if one.is_repeated:
            getattr(message, one.name).append(chance.choice(ids[one.name]))
        else:
            setattr(message, one.name, chance.choice(ids[one.name]))


def settle(message: Message) -> None:
    """What two servers would do in an order of their own is left out: maps have one entry, since where two
    are wrong either may be told, and exports come as a whole, since answers of one moment are in the
    order of their ids. Items and events have times, which each server would give them by its own clock,
    and learn from."""
    if isinstance(message, user_pb2.ExportUserRequest):
        message.ClearField("page_size")
    if isinstance(message, event_pb2.Event) and not message.HasField("timestamp"):
        message.timestamp.seconds = int(world.NOW)
    if isinstance(message, catalog_pb2.Item) and not message.HasField("created_at"):
        message.created_at.seconds = int(world.NOW)
    for one, value in message.ListFields():
        if one.message_type is None:
            continue
        if one.message_type.GetOptions().map_entry:
            for key in list(value)[1:]:
                del value[key]
        else:
            for inner in value if one.is_repeated else [value]:
                settle(inner)


def compared(
    both: Server, alone: Server, keys: Mapping[str, str], n: int, from_seed: int, only: str
) -> Found:
    """So many random calls of A to both servers."""
    found, chance = Found(), random.Random(from_seed)
    beside, by_itself = Caller(both.address, keys["a"]), Caller(alone.address, keys["a alone"])
    ids = ids_of_b(both.address, keys["b"])
    methods = [one for one in rpcs() if only in ("", one.name)]
    methods.sort(key=lambda rpc: rpc.name.startswith("Delete"))  # what they leave is little
    with b_calling(both.address, keys["b"], from_seed, found):
        for rpc, share in zip(methods, shares(methods, n), strict=True):
            found.sent += _compared(rpc, share, from_seed, (beside, by_itself), ids, chance, found)
            print(f"{rpc.name}: {share}, {len(found.told)} told", file=sys.stderr)
    beside.close()
    by_itself.close()
    return found


def _compared(
    rpc: MethodDescriptor,
    n: int,
    from_seed: int,
    callers: tuple[Caller, Caller],
    ids: Mapping[str, Sequence[str]],
    chance: random.Random,
    found: Found,
) -> int:
    @seed(from_seed)
    @settings(
        max_examples=n,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(messages(rpc.input_type))
    def check(message: Message) -> None:
        nonlocal sent
        with_ids_of(message, ids, chance)
        settle(message)
        content = message.SerializeToString()
        (status, told, raw), (expected, alone, _) = (one.ask(rpc, content) for one in callers)
        sent += 1
        found.by_status[status] += 1
        difference = first_difference((status, told), (expected, alone))
        if MARK.encode() in raw.lower():
            difference = f"{MARK} is in the answer"
        if difference:
            found.told.append(f"{rpc.name} {str(message)[:300]}: {difference}")

    sent = 0
    check()
    return sent


def ids_of_b(address: str, key: str) -> Mapping[str, Sequence[str]]:
    """Ids that only B has, by the field that may hold them."""
    with Client(address, key=key, timeout_s=60) as client:
        answers = [client.recommend(user, k=5).recommendation_id for user in B_USERS]
        versions = [model.version for model in client.list_models()]
    return {
        "item_id": B_ITEMS,
        "item_ids": B_ITEMS,
        "history_item_ids": B_ITEMS,
        "exclude_item_ids": B_ITEMS,
        "instead_of_item_id": B_ITEMS,
        "user_id": B_USERS,
        "guest_user_id": B_USERS,
        "recommendation_id": answers,
        "refine_recommendation_id": answers,
        "version": versions,
    }


@contextmanager
def b_calling(address: str, key: str, from_seed: int, found: Found) -> Iterator[None]:
    """B asks, records and indexes all the while."""
    stop, chance = threading.Event(), random.Random(from_seed)

    def work() -> None:
        with Client(address, key=key, timeout_s=60) as client:
            while not stop.wait(0.02):
                user = chance.choice(B_USERS)
                client.recommend(user, k=5)
                event = {"user_id": user, "item_id": chance.choice(B_ITEMS), "event_type": "like"}
                client.record_events([event])
                found.by_others += 2

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()


def timed(address: str, keys: Mapping[str, str], pairs: int, from_seed: int) -> list[Timing]:
    """Of three rpcs that look something up by an id."""
    ids, caller = ids_of_b(address, keys["b"]), Caller(address, keys["a"])
    by_name = {rpc.name: rpc for rpc in rpcs()}
    nobody = {"item_id": "c{:031d}", "user_id": "q{:031d}", "recommendation_id": "{:032x}"}
    # As many of nobody as of B, so that what is remembered of an id is alike.
    asked = [("GetItem", "item_id"), ("ExportUser", "user_id"), ("Explain", "recommendation_id")]
    chance, timings = random.Random(from_seed), []
    for name, id_field in asked:
        rpc = by_name[name]
        request = GetMessageClass(rpc.input_type)
        other = {"item_id": "i1"} if name == "Explain" else {}

        def call(value: str) -> float:
            content = request(**{id_field: value, **other}).SerializeToString()  # noqa: B023
            began = time.perf_counter()
            caller.ask(rpc, content)  # noqa: B023
            return time.perf_counter() - began

        def pair() -> tuple[float, float]:
            number = chance.randrange(len(ids[id_field]))  # noqa: B023
            theirs, none = ids[id_field][number], nobody[id_field].format(number)  # noqa: B023
            if chance.random() < 0.5:
                return call(theirs), call(none)
            second = call(none)
            return call(theirs), second

        for _ in range(50):  # warm
            pair()
        timings.append(_timing(name, np.array([pair() for _ in range(pairs)]), from_seed))
    caller.close()
    return timings


def _timing(what: str, seconds: np.ndarray[Any, Any], from_seed: int) -> Timing:
    """`seconds` is (pairs, 2): with B's id, with nobody's."""
    difference = seconds[:, 0] - seconds[:, 1]
    drawn = np.random.default_rng(from_seed).integers(0, len(difference), (2_000, len(difference)))
    low, high = np.percentile(np.median(difference[drawn], axis=1), [2.5, 97.5])
    return Timing(
        what,
        float(1e3 * np.median(seconds)),
        float(np.mean(difference > 0)),
        float(1e6 * np.median(difference)),
        float(1e6 * low),
        float(1e6 * high),
    )


def remembered(folder: Path, n_tenants: int) -> list[list[str]]:
    """Rows of the table of memory."""
    rows: list[list[str]] = []
    all_keys = tenant_keys(folder, [f"t{n}" for n in range(n_tenants)])
    for called, most in ((0, 16), (1, 16), (n_tenants, 16), (n_tenants, n_tenants)):
        with server_of(folder, f"max_open = {most}\nidle_s = 600.0\n") as serving:
            first: list[float] = []
            again: list[float] = []
            for key in list(all_keys.values())[:called]:
                with Client(serving.address, key=key, timeout_s=60) as client:
                    for times in (first, again):
                        began = time.perf_counter()
                        client.recommend("u1", k=5)
                        times.append(1e3 * (time.perf_counter() - began))
            memory = psutil.Process(serving.pid).memory_info()
            if called > most:  # these have been closed for others since
                again = []
        opened = min(called, most)
        cells = [f"{np.median(times):,.0f}" if times else "" for times in (first, again)]
        mb = [f"{(memory.rss - memory.shared) / 1e6:,.0f}", f"{memory.rss / 1e6:,.0f}"]
        rows.append([f"{n_tenants:,}", f"{called:,}", f"{opened:,}", *mb, *cells])
    return rows


@contextmanager
def server_of(folder: Path, tenants: str = "") -> Iterator[Server]:
    """A server with the tenants that lie there."""
    config = f"{SETTINGS}{RANKER}[tenants]\nenabled = true\nmax_calls = 64\n{tenants}"
    (folder / "palate.toml").write_text(config, encoding="utf-8")
    with server(folder) as serving:
        with Client(serving.address) as client:
            client.wait_until_serving(60)
        yield serving


def tenant_keys(folder: Path, names: Sequence[str]) -> dict[str, str]:
    """Keys for everything, by tenant."""
    file = KeyFile(Settings(data=folder).keys_file)
    return {name: file.make(name, Role.ADMIN, tenant=name)[1] for name in names}


def make_tenant(folder: Path, name: str, fill: Callable[[Path], None]) -> None:
    """A tenant that is filled without a server."""
    TenantFolders(load_settings(data=folder)).create(name, fill=fill)


def fill_a(folder: Path) -> None:
    """The small world of the tests, and a model."""
    with closing(world.filled(folder)) as recommender:
        recommender.train(force=True)


def fill_b(folder: Path) -> None:
    """The same ids with other words, ids of its own, and a model."""
    with closing(world.opened(folder)) as recommender:
        items = [
            Item(
                item_id, "films", f"{MARK} {n}", f"{MARK} of {n % 7}", ("Quaggas",), price=float(n)
            )
            for n, item_id in enumerate((*(f"i{n}" for n in range(40)), *B_ITEMS))
        ]
        events = [
            Event(user, B_ITEMS[(3 * n + step) % 20], "like", None, world.NOW + step, None)
            for n, user in enumerate((*B_USERS, *(f"u{n}" for n in range(30))))
            for step in range(8)
        ]
        recommender.index_items(items, {})
        recommender.record_events(events)
        recommender.train(force=True)


def fill_small(folder: Path) -> None:
    """50 items, 200 events."""
    with closing(world.opened(folder)) as recommender:
        recommender.index_items(world.items(50), {})
        recommender.record_events(world.events(25, 8, 50))


def measured(
    folder: Path, calls: int, pairs: int, from_seed: int, only: str = ""
) -> tuple[Found, list[Timing]]:
    """The calls and the timing, on servers whose data lie in this folder; `only` calls one rpc."""
    both, alone = folder / "both", folder / "alone"
    for one in (both, alone):
        one.mkdir(parents=True)
    make_tenant(alone, "a", fill_a)
    make_tenant(both, "a", lambda to: shutil.copytree(alone / "tenants" / "a", to))  # type: ignore[arg-type, return-value]
    make_tenant(both, "b", fill_b)
    keys = tenant_keys(both, ["a", "b"])
    keys["a alone"] = tenant_keys(alone, ["a"])["a"]
    with ExitStack() as servers:
        first, second = (servers.enter_context(server_of(one)) for one in (both, alone))
        timings = timed(first.address, keys, pairs, from_seed) if pairs else []
        found = compared(first, second, keys, calls, from_seed, only) if calls else Found()
    return found, timings


def small_tenants(folder: Path, n: int) -> None:
    """So many, all alike."""
    for number in range(n):
        make_tenant(folder, f"t{number}", fill_small)


def report(found: Found, timings: Sequence[Timing], memory: Sequence[Sequence[str]]) -> str:
    """The three tables."""
    statuses = ", ".join(f"{name} {n:,}" for name, n in found.by_status.most_common())
    header = ["calls with A's key", "calls of B meanwhile", "told of B", "ended in"]
    calls = markdown(
        header, [[f"{found.sent:,}", f"{found.by_others:,}", str(len(found.told)), statuses]]
    )
    times = markdown(
        ["rpc", "a call, ms", "B's id took longer", "median difference, µs", "95 % interval"],
        [
            [
                one.what,
                f"{one.median_ms:.2f}",
                f"{one.longer:.3f}",
                f"{one.difference_us:+.1f}",
                f"{one.low_us:+.1f} to {one.high_us:+.1f}",
            ]
            for one in timings
        ],
    )
    held = markdown(
        [
            "tenants",
            "called",
            "open",
            "its own, MB",
            "resident, MB",
            "first call, ms",
            "second, ms",
        ],
        memory,
    )
    return f"{calls}\n\n{times}\n\n{held}"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--calls", type=int, default=10_000, help="default 10,000")
    parser.add_argument("--pairs", type=int, default=1_000, help="default 1,000")
    parser.add_argument("--tenants", type=int, default=100, help="default 100")
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument("--rpc", default="", help="calls of this one alone")
    parser.add_argument("--write", action="store_true", help=f"put the tables into {PAGE.name}")
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        found, timings = measured(
            Path(name) / "calls", asked.calls, asked.pairs, asked.seed, asked.rpc
        )
        (many := Path(name) / "many").mkdir()
        small_tenants(many, asked.tenants)
        memory = remembered(many, asked.tenants)
    text = report(found, timings, memory)
    print(text)
    for told in found.told[:20]:
        print(told, file=sys.stderr)
    if asked.write:
        replace_section(PAGE, "bench-tenants", text)
    if found.told:
        sys.exit(1)


if __name__ == "__main__":
    main()
