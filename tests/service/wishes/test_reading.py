from __future__ import annotations

from service.wishes.reading import PartKind, Reading, WishPart


def test_parts_are_found_by_kind_in_the_order_in_which_they_were_said() -> None:
    parts = [
        WishPart(PartKind.LIMIT, "under 50"),
        WishPart(PartKind.WANTED, "western"),
        WishPart(PartKind.LIMIT, "newer"),
    ]
    reading = Reading("a western under 50, newer", parts)
    assert [part.text for part in reading.of(PartKind.LIMIT)] == ["under 50", "newer"]
    assert reading.of(PartKind.AVOIDED) == []
