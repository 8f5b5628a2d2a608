"""A cache's hits are among the times that it was asked."""

from service.telemetry.uses import Uses


def test_hits_are_counted_beside_all_that_was_asked() -> None:
    uses = Uses()
    for hit in (True, False, True):
        uses.count(hit=hit)
    assert (uses.hits, uses.asked) == (2, 3)
