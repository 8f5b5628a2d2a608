"""Every rpc is in every place where it must be: who adds one and forgets a place is told which."""

from __future__ import annotations

import importlib
import inspect
import re
from collections.abc import Mapping
from pathlib import Path

import pytest
from google.protobuf.descriptor import MethodDescriptor, ServiceDescriptor

import palate.v1
from palate.client import Client
from service.api import services
from service.api.services import Backend
from service.cli.remote import Remote
from service.operations.switching import Switching
from service.recommender import Recommender
from service.rpc.server import SERVICES as SERVED
from tests.service.standin import ANSWERS, StandIn

ROOT = Path(__file__).parents[3]

VERBS: Mapping[str, str] = {"TrainModel": "train", "StreamExplain": "explain"}
"""The verb of an rpc where it is not its name in snake case."""


def _described() -> list[ServiceDescriptor]:
    """Every service of `proto/palate/v1`, whether or not something answers it."""
    modules = [
        importlib.import_module(f"palate.v1.{path.stem}")
        for path in sorted(Path(palate.v1.__path__[0]).glob("*_pb2.py"))
    ]
    return [
        service for module in modules for service in module.DESCRIPTOR.services_by_name.values()
    ]


SERVICES = _described()
RPCS = [method for service in SERVICES for method in service.methods]

each_service = pytest.mark.parametrize("service", SERVICES, ids=lambda service: service.name)
each_rpc = pytest.mark.parametrize("rpc", RPCS, ids=lambda rpc: rpc.name)


def snake(name: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", name).lower()


def verb_of(rpc: MethodDescriptor) -> str:
    return VERBS.get(rpc.name, snake(rpc.name))


def public(owner: type) -> set[str]:
    return {name for name in vars(owner) if not name.startswith("_")}


def test_all_services_are_seen() -> None:
    assert {service.name for service in SERVICES} == {
        "IndexService",
        "RecommendService",
        "ExplainService",
        "ModelService",
        "UserService",
    }
    assert len(RPCS) >= 20


@each_service
def test_the_protocol_of_a_service_has_its_verbs_and_no_others(service: ServiceDescriptor) -> None:
    protocol = getattr(services, service.name)
    verbs = {verb_of(rpc) for rpc in service.methods}
    assert public(protocol) == verbs, f"{service.name} in service/api/services.py has others"
    assert protocol in Backend.__mro__


@each_service
def test_a_service_is_served(service: ServiceDescriptor) -> None:
    served = {served.full_name for served, _, _ in SERVED}
    assert service.full_name in served, f"service/rpc/server.py does not list {service.name}"


@each_rpc
def test_an_rpc_is_answered_by_its_servicer(rpc: MethodDescriptor) -> None:
    """The method is its own: the generated class would answer UNIMPLEMENTED."""
    servicers = {served.full_name: servicer for served, servicer, _ in SERVED}
    servicer = servicers[rpc.containing_service.full_name]
    defined = public(servicer)
    assert rpc.name in defined, f"{servicer.__name__} in service/rpc/servicers.py lacks {rpc.name}"


@each_rpc
def test_an_rpc_is_a_method_of_the_client(rpc: MethodDescriptor) -> None:
    method = snake(rpc.name)
    assert method in public(Client), f"AsyncClient in proto/palate/aio.py lacks {method}"


@each_rpc
def test_an_rpc_is_told_of_in_the_list_of_all_calls(rpc: MethodDescriptor) -> None:
    """As the rpc, the client's method, and what it does."""
    page = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
    listed = page.partition("## All calls")[2].splitlines()
    start = f"| `{rpc.name}` | `{snake(rpc.name)}` | "
    lines = [line for line in listed if line.startswith(start)]
    assert len(lines) == 1, f"one line of docs/api.md must begin with {start}"
    assert re.search(r"\w+.*\|$", lines[0].removeprefix(start)), "and say what the call does"


def _must_have() -> list[tuple[type, type, str]]:
    """What answers, a protocol, and a verb of it. A recommender does not change its own encoders;
    a stand-in answers many verbs alike."""
    owners = (Recommender, Switching, Remote, StandIn)
    protocols = [getattr(services, service.name) for service in SERVICES]
    exempt = {(Recommender, "change_encoders"), *((StandIn, verb) for verb in ANSWERS)}
    return [
        (owner, protocol, verb)
        for owner in owners
        for protocol in protocols
        for verb in sorted(public(protocol))
        if (owner, verb) not in exempt
    ]


@pytest.mark.parametrize(
    ("owner", "protocol", "verb"),
    _must_have(),
    ids=lambda one: one if isinstance(one, str) else one.__name__,
)
def test_a_verb_has_the_parameters_of_its_protocol_wherever_it_is_answered(
    owner: type, protocol: type, verb: str
) -> None:
    """Their types are for mypy to check."""
    assert hasattr(owner, verb), f"{owner.__name__} in {owner.__module__} lacks {verb}"
    expected = list(inspect.signature(getattr(protocol, verb)).parameters.values())
    given = list(inspect.signature(getattr(owner, verb)).parameters.values())
    assert [one.name for one in given] == [one.name for one in expected]
    for ours, theirs in zip(given, expected, strict=True):
        assert _by_position(ours) == _by_position(theirs), ours.name
        if theirs.default is not theirs.empty:
            assert ours.default is not ours.empty, f"{ours.name} may be left out"


def _by_position(parameter: inspect.Parameter) -> bool:
    return parameter.kind in (parameter.POSITIONAL_ONLY, parameter.POSITIONAL_OR_KEYWORD)
