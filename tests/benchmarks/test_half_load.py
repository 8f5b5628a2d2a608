"""A server on a copy of the folder that is named, and calls to it."""

from contextlib import closing
from pathlib import Path

import pytest

from benchmarks.half_load import half_loaded, parser
from tests.service import world


def test_options_have_defaults() -> None:
    asked = parser("what it is").parse_args([])
    assert (asked.data, asked.rate, asked.write) == (None, 0.0, False)


@pytest.mark.slow
def test_calls_come_at_half_the_rate_to_a_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with closing(world.filled(tmp_path)):
        pass
    (tmp_path / "palate.toml").write_text('[encoders]\ntext = "fake"\nimage = "fake"\n')
    asked = parser(None).parse_args(["--data", str(tmp_path), "--rate", "20"])
    with half_loaded(asked) as load:
        assert load.calls_per_s == 10
        assert load.data != tmp_path
        run = load.offered(2, 1.0)
        assert {one.status for one in run.outcomes} == {"OK"}
    assert not load.work.exists()
