"""Telemetry passes on what it is told, and without anybody to tell it forgets."""

from service.ranker.stopwatch import Stopwatch
from service.telemetry import metrics as m
from service.telemetry.call import Call
from service.telemetry.measurements import Measurements
from service.telemetry.metrics import Reading
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


def test_of_one_of_many_what_is_summed_up_is_told_and_what_is_its_own_is_not() -> None:
    measurements = Measurements(drift_of=1)
    telemetry = Telemetry(measurements).of_one_of_many()
    _tell(telemetry)
    for _ in range(3):
        telemetry.listed(lambda: Listed("m1", {"ease": 2}, {}, [], False, 0.5))
    telemetry.watch("recommender", lambda: [Reading(m.ITEMS, 40)])
    told = {
        sample.name: sample.value
        for family in measurements.registry.collect()
        for sample in family.samples
    }
    assert told["palate_answers_total"] == 4
    assert told["palate_source_proposed_total"] == 6
    assert "palate_items" not in told
    assert "palate_score_drift_psi" not in told


def test_a_call_is_counted_for_whose_catalogue_it_was() -> None:
    measurements = Measurements(max_tenants=1)
    call = Call("/palate.v1.IndexService/GetItem", "", "", tenant="shop_de")
    Telemetry(measurements).ended(call, "OK", "", 0.5)
    name, labels = "palate_tenant_call_duration_seconds_sum", {"tenant": "shop_de"}
    assert measurements.registry.get_sample_value(name, labels) == 0.5
