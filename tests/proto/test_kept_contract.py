"""A client of 034e339 gets along with the server of today, and the client of today with a server of
034e339.

`034e339.golden.json` holds what the two of that commit said to each other, byte by byte, and
`034e339.binpb` the descriptors they had; `make_034e339.py` made them. Messages are read here with
those descriptors: what they do not know shows as unknown fields.
"""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import grpc
import pytest
from google.protobuf import descriptor_pb2, json_format
from google.protobuf.descriptor import MethodDescriptor
from google.protobuf.descriptor_pool import DescriptorPool
from google.protobuf.message_factory import GetMessageClass
from google.protobuf.unknown_fields import UnknownFieldSet

from palate.client import Client
from tests.proto.make_034e339 import STREAMS, call_everything
from tests.service.standin import StandIn, served

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
GOLDEN: dict[str, Any] = json.loads((HERE / "034e339.golden.json").read_text(encoding="utf-8"))


def _old_pool() -> DescriptorPool:
    pool = DescriptorPool()
    image = descriptor_pb2.FileDescriptorSet.FromString((HERE / "034e339.binpb").read_bytes())
    for file in image.file:
        pool.Add(file)
    return pool


OLD = _old_pool()


def _rpc(method: str) -> MethodDescriptor:
    service, _, name = method.removeprefix("/").partition("/")
    return OLD.FindServiceByName(service).methods_by_name[name]


def _unbase(text: str) -> bytes:
    return base64.b64decode(text)


def test_every_rpc_of_then_is_among_the_golden_calls() -> None:
    services = ("Index", "Recommend", "Explain", "Model", "User")
    rpcs = [
        f"/{service.full_name}/{rpc.name}"
        for service in (OLD.FindServiceByName(f"palate.v1.{name}Service") for name in services)
        for rpc in service.methods
    ]
    assert sorted(GOLDEN) == sorted(rpcs)


@pytest.fixture(scope="module")
def today() -> Iterator[str]:
    with served(StandIn()) as address:
        yield address


@pytest.mark.parametrize("method", sorted(GOLDEN))
def test_a_client_of_then_gets_what_it_got(method: str, today: str) -> None:
    """Everything that it knows of an answer is as it was; what is new it does not see."""
    answer = GetMessageClass(_rpc(method).output_type)
    expected = [answer.FromString(_unbase(one)) for one in GOLDEN[method]["answers"]]
    with grpc.insecure_channel(today) as channel:
        request = _unbase(GOLDEN[method]["request"])
        if method.rpartition("/")[2] in STREAMS:
            got = list(channel.unary_stream(method)(request, timeout=20))
        else:
            got = [channel.unary_unary(method)(request, timeout=20)]
    assert len(got) == len(expected)
    for raw, old in zip(got, expected, strict=True):
        lost = _lost(
            json_format.MessageToDict(old), json_format.MessageToDict(answer.FromString(raw))
        )
        assert lost == []


def _lost(old: Any, new: Any, path: str = "") -> list[str]:
    """What was said then and is said no more, or otherwise. A recommendation has an id of its own."""
    if isinstance(old, dict):
        if not isinstance(new, dict):
            return [path]
        return [at for key in old for at in _lost(old[key], new.get(key), f"{path}.{key}")]
    if isinstance(old, list):
        if not isinstance(new, list) or len(old) != len(new):
            return [path]
        return [
            at
            for n, pair in enumerate(zip(old, new, strict=True))
            for at in _lost(*pair, f"{path}[{n}]")
        ]
    return [] if old == new else [f"{path}: {old!r} is {new!r}"]


class ServerOfThen(grpc.GenericRpcHandler):
    """Answers with the golden bytes, and keeps what it was asked."""

    def __init__(self) -> None:
        self.asked: dict[str, bytes] = {}

    def service(self, details: grpc.HandlerCallDetails) -> grpc.RpcMethodHandler[Any, Any] | None:
        method = details.method
        if method not in GOLDEN:
            return None
        answers = [_unbase(one) for one in GOLDEN[method]["answers"]]

        def one(request: bytes, _: Any) -> bytes:
            self.asked[method] = request
            return answers[0]

        def several(request: bytes, _: Any) -> Iterator[bytes]:
            self.asked[method] = request
            yield from answers

        if method.rpartition("/")[2] in STREAMS:
            return grpc.unary_stream_rpc_method_handler(several)
        return grpc.unary_unary_rpc_method_handler(one)


@contextmanager
def _then() -> Iterator[tuple[ServerOfThen, str]]:
    handler = ServerOfThen()
    server = grpc.server(ThreadPoolExecutor(2), handlers=[handler])
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        yield handler, f"127.0.0.1:{port}"
    finally:
        server.stop(None).wait()


def test_the_client_of_today_asks_a_server_of_then_what_that_understands() -> None:
    """The same calls make the same requests, and nothing in them is unknown to it, but for the size of
    a page of an export, without which a server of today answers whole, too."""
    with _then() as (server, address), Client(address) as client:
        call_everything(client)
    assert sorted(server.asked) == sorted(GOLDEN)
    for method, raw in server.asked.items():
        kind = GetMessageClass(_rpc(method).input_type)
        asked, golden = kind.FromString(raw), kind.FromString(_unbase(GOLDEN[method]["request"]))
        unknown = UnknownFieldSet(asked)
        assert len(unknown) == (1 if method.endswith("/ExportUser") else 0), method
        asked.DiscardUnknownFields()
        assert asked == golden, method


def test_the_client_of_today_reads_the_answers_of_then() -> None:
    with _then() as (_, address), Client(address) as client:
        answer = client.recommend("u")
        assert [result.item.title for result in answer.results] == ["Alien"]
        assert (answer.next_page_token, dict(answer.stage_ms)["rank"]) == ("more", 2.0)
        why = client.explain("f1", user_id="u")
        assert (why.text, why.evidence[0].title) == ("Because you watched Aliens.", "Aliens")
        parts = list(client.stream_explain("f1", user_id="u"))
        assert [part.WhichOneof("part") for part in parts] == ["evidence", "text"]
        updates = list(client.train_model())
        assert updates[-1].model.version == client.list_models()[0].version == "m1"
        assert client.export_user("u") == {"user_id": "u", "taste": "慢"}


def _buf(*arguments: str) -> str:
    buf = Path(sys.executable).with_name("buf")
    ran = subprocess.run([buf, *arguments], cwd=ROOT, capture_output=True, text=True)
    return ran.stdout + ran.stderr


def test_buf_finds_nothing_that_breaks_callers_of_then() -> None:
    assert _buf("breaking", "--against", "tests/proto/034e339.binpb") == ""


def test_buf_would_find_it(tmp_path: Path) -> None:
    """A field that became another one, in a copy."""
    import shutil

    shutil.copytree(ROOT / "proto", tmp_path / "proto", ignore=shutil.ignore_patterns("*.py*"))
    shutil.copy(ROOT / "buf.yaml", tmp_path)
    changed = tmp_path / "proto" / "palate" / "v1" / "recommend.proto"
    changed.write_text(changed.read_text().replace("int32 k = 2", "int64 k = 2"))
    found = _buf("breaking", str(tmp_path), "--against", str(HERE / "034e339.binpb"))
    assert 'name "k" on message "RecommendRequest" changed type' in found


def test_buf_finds_no_name_and_no_comment_amiss() -> None:
    assert _buf("lint") == ""
    assert _buf("format", "--diff", "--path", "proto/palate") == ""
