"""Every rpc with messages at random: none may end in an error of ours, and none may end the server.

    python -m benchmarks.fuzz [--messages 50000] [--seed 0] [--address HOST:PORT]

A real server in a process of its own, on the small world of the tests with a trained model and stand-in
encoders. Messages are built from the descriptors (`benchmarks.random_messages`), by hypothesis, which
makes what fails as small as it can. A call is at fault

    if it ends in INTERNAL, UNKNOWN, UNIMPLEMENTED, DATA_LOSS or UNAVAILABLE, or in an error without
    a reason,
    if it is not answered within a minute (but for those that take long, see below),
    if the same call with a field that is not known here ends otherwise (calls that only read),
    if the server does not answer any more.

TrainModel and ChangeEncoders take long, and get a hundredth of the others' messages.
"""

from __future__ import annotations

import argparse
import importlib
import sys
import tempfile
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import grpc
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.message import Message
from google.protobuf.message_factory import GetMessageClass
from google.rpc import status_pb2
from hypothesis import HealthCheck, Phase, given, seed, settings

import palate.v1
from benchmarks.privacy import SETTINGS, running
from benchmarks.random_messages import messages, said, with_unknown_field
from benchmarks.tables import markdown
from tests.service import world

FAULTS = {"INTERNAL", "UNKNOWN", "UNIMPLEMENTED", "DATA_LOSS", "UNAVAILABLE"}
SLOW = {"TrainModel": 100, "ChangeEncoders": 100}
"""How many times fewer messages they get."""
READS = ("Get", "List", "Recommend", "Similar", "Search", "Export", "Report")
"""What begins so changes nothing that another call would tell, and answers twice alike."""
TIMEOUT_S = 60.0
_DETAILS = "grpc-status-details-bin"


class Fault(AssertionError):
    """A call that ended as none may."""


@dataclass(slots=True)
class Tally:
    """What became of the messages of one rpc."""

    sent: int = 0
    by_status: Counter[str] = field(default_factory=Counter)
    fault: str = ""


def rpcs() -> Sequence[MethodDescriptor]:
    """Every one that `proto/palate/v1` describes."""
    modules = [
        importlib.import_module(f"palate.v1.{path.stem}")
        for path in sorted(Path(palate.v1.__path__[0]).glob("*_pb2.py"))
    ]
    services = [one for module in modules for one in module.DESCRIPTOR.services_by_name.values()]
    return [method for service in services for method in service.methods]


def fuzz(channel: grpc.Channel, rpc: MethodDescriptor, n: int, from_seed: int) -> Tally:
    """So many messages to one rpc; it ends at the first fault, made small."""
    tally = Tally()
    ask = caller(channel, rpc)

    @seed(from_seed)
    @settings(
        max_examples=n,
        deadline=None,
        database=None,
        phases=[Phase.generate, Phase.shrink],
        suppress_health_check=list(HealthCheck),
    )
    @given(messages(rpc.input_type))
    def check(message: Message) -> None:
        tally.sent += 1
        status = _checked(rpc, message, *ask(message.SerializeToString()))
        tally.by_status[status] += 1
        if rpc.name.startswith(READS):
            again, _ = ask(with_unknown_field(message))
            if again != status:
                raise Fault(f"{rpc.name} is {status}, and {again} with an unknown field: {message}")

    try:
        check()
    except Fault as fault:
        tally.fault = str(fault)
    return tally


def caller(
    channel: grpc.Channel, rpc: MethodDescriptor
) -> Callable[[bytes], tuple[str, grpc.RpcError | None]]:
    """Sends bytes; the status, and the error where there is one."""
    path = f"/{rpc.containing_service.full_name}/{rpc.name}"
    answer = GetMessageClass(rpc.output_type)
    kind = channel.unary_stream if rpc.server_streaming else channel.unary_unary
    method: Any = kind(path, request_serializer=None, response_deserializer=answer.FromString)

    def ask(content: bytes) -> tuple[str, grpc.RpcError | None]:
        try:
            answered = method(content, timeout=TIMEOUT_S)
            if rpc.server_streaming:
                for _ in answered:
                    pass
        except grpc.RpcError as error:
            return error.code().name, error
        return "OK", None

    return ask


def _checked(
    rpc: MethodDescriptor, message: Message, status: str, error: grpc.RpcError | None
) -> str:
    """Fault where no call may end so."""
    if status in FAULTS:
        why = "" if error is None else error.details()
        raise Fault(f"{rpc.name} is {status} ({why}) for {said(message)}")
    if status == "DEADLINE_EXCEEDED":
        if rpc.name in SLOW:
            return status
        raise Fault(f"{rpc.name} was not answered within {TIMEOUT_S:g} s: {said(message)}")
    if error is not None and not _reasons(error):
        raise Fault(f"{rpc.name} is {status} without a reason for {said(message)}")
    return status


def _reasons(error: grpc.RpcError) -> int:
    """Details that a program can read."""
    for key, value in error.trailing_metadata() or ():
        if key == _DETAILS:
            return len(status_pb2.Status.FromString(value).details)
    return 0


def shares(methods: Sequence[MethodDescriptor], n: int) -> Sequence[int]:
    """How many messages each gets."""
    weights = [1 / SLOW.get(method.name, 1) for method in methods]
    return [max(5, round(n * weight / sum(weights))) for weight in weights]


@contextmanager
def serving(address: str) -> Iterator[str]:
    """The address of a server of its own, unless one is named."""
    if address:
        yield address
        return
    with tempfile.TemporaryDirectory() as folder:
        with closing(world.filled(Path(folder))) as recommender:
            recommender.train(force=True)
        (Path(folder) / "palate.toml").write_text(SETTINGS + RANKER, encoding="utf-8")
        with running(Path(folder)) as (server, _):
            yield server.address


RANKER = "[ranker]\ndim = 16\nn_blocks = 1\nn_heads = 1\nmax_epochs = 2\nblend_lists = 40\ncandidates = 30\n"


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--messages", type=int, default=50_000, help="in all (default 50,000)")
    parser.add_argument("--seed", type=int, default=0, help="default 0")
    parser.add_argument("--address", default="", help="of a server, instead of one of its own")
    parser.add_argument("--rpc", default="", help="this one alone")
    asked = parser.parse_args()
    methods = [method for method in rpcs() if asked.rpc in ("", method.name)]
    methods.sort(key=lambda method: method.name.startswith("Delete"))  # what they leave is little
    faults = []
    rows = []
    with serving(asked.address) as address, grpc.insecure_channel(address) as channel:
        for rpc, n in zip(methods, shares(methods, asked.messages), strict=True):
            tally = fuzz(channel, rpc, n, asked.seed)
            statuses = ", ".join(f"{name} {k:,}" for name, k in tally.by_status.most_common())
            rows.append([rpc.name, f"{tally.sent:,}", statuses])
            print(f"{rpc.name}: {tally.sent:,} sent: {statuses}", file=sys.stderr)
            if tally.fault:
                faults.append(tally.fault)
                print(f"  FAULT {tally.fault[:2_000]}", file=sys.stderr)
    print(markdown(["rpc", "messages", "ended in"], rows))
    print(f"{sum(int(row[1].replace(',', '')) for row in rows):,} messages, {len(faults)} faults")
    if faults:
        sys.exit(1)


if __name__ == "__main__":
    main()
