"""Telemetry passes on what it is told, and without anybody to tell it forgets."""

from service.ranker.stopwatch import Stopwatch
from service.telemetry.call import Call
from service.telemetry.measurements import Measurements
from service.telemetry.telemetry import SILENT, Telemetry
from service.telemetry.told import Listed


def _tell(telemetry: Telemetry) -> None:
    watch = Stopwatch()
    watch.lap("rank")
    call = Call("/palate.v1.UserService/PutUser", "ipv4:127.0.0.1:4242", "r-1")
    telemetry.began(call, {})
    telemetry.ended(call, "OK", "", 0.1)
    telemetry.stages(watch)
    telemetry.listed(lambda: Listed("m1", {}, {}, [], False, None))
    telemetry.watch("nothing", list)
    telemetry.unwatch("nothing")


def test_measurements_are_told_each_thing_once() -> None:
    measurements = Measurements()
    _tell(Telemetry(measurements))
    counts = {
        sample.name: sample.value
        for family in measurements.registry.collect()
        for sample in family.samples
        if sample.name.endswith(("_seconds_count", "answers_total"))
    }
    assert counts == {
        "rpc_server_call_duration_seconds_count": 1,
        "palate_stage_duration_seconds_count": 1,
        "palate_answers_total": 1,
        "palate_degraded_answers_total": 0,
    }


def test_silence_takes_everything() -> None:
    _tell(SILENT)
