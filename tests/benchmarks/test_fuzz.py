"""Messages at random: of every field there is, and a call that ends as none may is found."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import grpc
import pytest
from google.protobuf.message import Message
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from benchmarks.fuzz import Fault, _checked, fuzz, rpcs, shares
from benchmarks.random_messages import messages, with_unknown_field
from palate.v1 import index_pb2, model_pb2, recommend_pb2, user_pb2
from service.operations.switching import Switching
from tests.service import world
from tests.service.standin import StandIn, served

RPCS = {rpc.name: rpc for rpc in rpcs()}
QUICK = sorted(set(RPCS) - {"TrainModel", "ChangeEncoders"})


@pytest.fixture(scope="module")
def channel(tmp_path_factory: pytest.TempPathFactory) -> Iterator[grpc.Channel]:
    """To a server on the small world."""
    folder: Path = tmp_path_factory.mktemp("fuzz")
    with (
        closing(Switching(world.filled(folder))) as palate,
        served(palate) as address,
        grpc.insecure_channel(address) as channel,
    ):
        yield channel


@pytest.mark.parametrize("name", QUICK)
def test_no_message_ends_in_an_error_of_ours(channel: grpc.Channel, name: str) -> None:
    tally = fuzz(channel, RPCS[name], 8, from_seed=7)
    assert tally.fault == ""
    assert sum(tally.by_status.values()) == tally.sent >= 1


def test_an_error_of_ours_is_found_and_made_small() -> None:
    with (
        served(StandIn(error=RuntimeError("a bug"))) as address,
        grpc.insecure_channel(address) as channel,
    ):
        tally = fuzz(channel, RPCS["GetItem"], 50, from_seed=7)
    assert tally.fault.startswith("GetItem is INTERNAL")


def test_only_what_takes_long_may_be_late() -> None:
    late = "DEADLINE_EXCEEDED"
    training = model_pb2.TrainModelRequest()
    assert _checked(RPCS["TrainModel"], training, late, None) == late
    with pytest.raises(Fault, match="GetItem was not answered within 60 s"):
        _checked(RPCS["GetItem"], index_pb2.GetItemRequest(item_id="i0"), late, None)


@pytest.mark.parametrize("name", ["Recommend", "Explain", "IndexItems", "RecordEvents", "PutUser"])
def test_every_field_is_set_in_some_message(name: str) -> None:
    set_fields: set[str] = set()

    @given(messages(RPCS[name].input_type))
    @settings(
        max_examples=200,
        derandomize=True,
        deadline=None,
        suppress_health_check=list(HealthCheck),
    )
    def draw(message: Message) -> None:
        set_fields.update(field.name for field, _ in message.ListFields())

    draw()
    assert set_fields == {field.name for field in RPCS[name].input_type.fields}


@given(messages(recommend_pb2.RecommendRequest.DESCRIPTOR))
@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
def test_a_field_that_nobody_knows_changes_no_other(
    message: recommend_pb2.RecommendRequest,
) -> None:
    again = recommend_pb2.RecommendRequest.FromString(with_unknown_field(message))
    again.DiscardUnknownFields()
    assert again.SerializeToString(deterministic=True) == message.SerializeToString(
        deterministic=True
    )


@given(st.integers(1_000, 60_000))
def test_slow_rpcs_get_few_messages_and_all_get_some(n: int) -> None:
    methods = [RPCS["GetItem"], RPCS["TrainModel"], RPCS["ExportUser"]]
    few = shares(methods, n)
    assert few[0] == few[2] > 20 * few[1] > 0
    assert user_pb2.ExportUserRequest.DESCRIPTOR is methods[2].input_type
