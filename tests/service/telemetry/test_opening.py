"""The settings decide what is told to whom; without any it is nobody."""

from __future__ import annotations

import logging
import sys
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from opentelemetry.proto.collector.trace.v1 import trace_service_pb2, trace_service_pb2_grpc
from pydantic import ValidationError

from service.config import ServerSettings
from service.errors import ConfigError
from service.telemetry.call import Call
from service.telemetry.opening import telemetry_of
from tests.service.telemetry.test_endpoint import _read

CALL = Call("/palate.v1.UserService/PutUser", "ipv4:127.0.0.1:4242", "r-1")


def test_metrics_are_off_by_default_and_an_address_is_checked() -> None:
    assert ServerSettings().metrics == ""
    with pytest.raises(ValidationError, match="must be host:port"):
        ServerSettings(metrics="9464")


def test_metrics_answer_at_the_address_of_the_settings(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO)
    with telemetry_of(ServerSettings(metrics="127.0.0.1:0")) as telemetry:
        telemetry.ended(CALL, "OK", "", 0.1)
        (told,) = [record.getMessage() for record in caplog.records]
        page = _read(told.removeprefix("metrics at http://").removesuffix("/metrics"))
    assert 'rpc_method="palate.v1.UserService/PutUser"' in page


@pytest.mark.parametrize("traces", ["127.0.0.1:4317", "http://me:password@here:4317", "ftp://x"])
def test_a_collector_is_an_address_without_secrets(traces: str) -> None:
    with pytest.raises(ValidationError, match="must be an http or https address"):
        ServerSettings(traces=traces)


def test_traces_without_their_packages_say_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "opentelemetry.exporter.otlp.proto.grpc.trace_exporter", None)
    settings = ServerSettings(traces="http://127.0.0.1:4317")
    with (
        pytest.raises(ConfigError, match=r"pip install 'palate\[telemetry\]'"),
        telemetry_of(settings),
    ):
        pass


class Collector(trace_service_pb2_grpc.TraceServiceServicer):
    """Keeps the names of the spans that it is sent."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def Export(  # noqa: N802
        self, request: trace_service_pb2.ExportTraceServiceRequest, context: object
    ) -> trace_service_pb2.ExportTraceServiceResponse:
        for resource in request.resource_spans:
            self.names += [span.name for scope in resource.scope_spans for span in scope.spans]
        return trace_service_pb2.ExportTraceServiceResponse()


def test_traces_reach_a_collector_before_the_end() -> None:
    collector, server = Collector(), grpc.server(ThreadPoolExecutor(1))
    trace_service_pb2_grpc.add_TraceServiceServicer_to_server(collector, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    settings = ServerSettings(traces=f"http://127.0.0.1:{port}", traces_ratio=1.0)
    with telemetry_of(settings) as telemetry:
        telemetry.began(CALL, {})
        telemetry.ended(CALL, "OK", "", 0.1)
    server.stop(None).wait()
    assert collector.names == ["palate.v1.UserService/PutUser"]
