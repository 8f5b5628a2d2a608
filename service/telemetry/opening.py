"""The telemetry that the settings ask for."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from typing import TYPE_CHECKING

from service.config import ServerSettings
from service.errors import ConfigError
from service.telemetry.telemetry import Telemetry

if TYPE_CHECKING:
    from service.telemetry.tracing import Tracer

_TIMEOUT_S = 5
"""For one batch of spans; also how long a collector that is gone holds up the end."""

logger = logging.getLogger(__name__)


@contextmanager
def telemetry_of(
    settings: ServerSettings,
    may_read: Callable[[str], bool] | None = None,
    max_tenants: int = 0,
) -> Iterator[Telemetry]:
    """Open for as long as this lasts. `may_read` says of a header `Authorization` whether metrics are
    shown to who sent it; without it everybody may. `max_tenants` are told apart. AddressUnavailable
    where metrics cannot be shown, ConfigError where traces cannot be sent."""
    with ExitStack() as stack:
        measurements = None
        if settings.metrics:
            from service.telemetry.endpoint import metrics_at
            from service.telemetry.measurements import Measurements

            measurements = Measurements(max_tenants=max_tenants)
            where = stack.enter_context(
                metrics_at(settings.metrics, measurements.registry, may_read)
            )
            logger.info("metrics at http://%s/metrics", where)
        tracer = None
        if settings.traces:
            tracer = _tracer(settings.traces, settings.traces_ratio)
            stack.callback(tracer.close)
        yield Telemetry(measurements, tracer)


def _tracer(endpoint: str, ratio: float) -> Tracer:
    """Sends to a collector. ConfigError where the packages for it are missing."""
    try:
        from opentelemetry.exporter.otlp.proto.grpc.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor

        from service.telemetry.tracing import Tracer
    except ImportError as error:
        raise ConfigError(
            f"server.traces: a package is missing ({error}); pip install 'palate[telemetry]'"
        ) from None
    is_plain = endpoint.startswith("http://")
    exporter = OTLPSpanExporter(endpoint=endpoint, insecure=is_plain, timeout=_TIMEOUT_S)
    return Tracer(BatchSpanProcessor(exporter), ratio)
