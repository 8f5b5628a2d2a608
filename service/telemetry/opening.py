"""The telemetry that the settings ask for."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from service.config import ServerSettings
from service.telemetry.telemetry import Telemetry

logger = logging.getLogger(__name__)


@contextmanager
def telemetry_of(settings: ServerSettings) -> Iterator[Telemetry]:
    """Open for as long as this lasts. AddressUnavailable where metrics cannot be shown."""
    with ExitStack() as stack:
        measurements = None
        if settings.metrics:
            from service.telemetry.endpoint import metrics_at
            from service.telemetry.measurements import Measurements

            measurements = Measurements()
            where = stack.enter_context(metrics_at(settings.metrics, measurements.registry))
            logger.info("metrics at http://%s/metrics", where)
        yield Telemetry(measurements)
