"""The values of a field of an item, by the name that rules and reports give it: `domain`,
`categories`, or an attribute such as `attributes.brand`. Knows no rules and no reports."""

from __future__ import annotations

from collections.abc import Sequence

from indexer.catalog.item import Item

ATTRIBUTE = "attributes."


def is_group_field(field: str) -> bool:
    """Whether there is a field of this name that puts items into groups.

    >>> is_group_field("attributes.brand"), is_group_field("brand")
    (True, False)
    """
    is_attribute = field.startswith(ATTRIBUTE) and field != ATTRIBUTE
    return is_attribute or field in ("domain", "categories")


def values_of(item: Item, field: str) -> Sequence[str]:
    """In the order of the item; none where it lacks the field."""
    if field == "domain":
        return (item.domain,)
    if field == "categories":
        return item.categories
    value = item.attributes.get(field.removeprefix(ATTRIBUTE))
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (str(value),)
