"""What a filter means, in plain Python: the stores must agree with this."""

from indexer.catalog.filter import And, Filter, Not, NumberIn, Or, Present, TextIn
from indexer.catalog.item import AttributeValue, Item


def matches(filter: Filter, item: Item) -> bool:
    match filter:
        case And(parts):
            return all(matches(part, item) for part in parts)
        case Or(parts):
            return any(matches(part, item) for part in parts)
        case Not(part):
            return not matches(part, item)
        case Present(field):
            return _value(item, field) not in (None, ())
        case TextIn(field, texts):
            value = _value(item, field)
            if isinstance(value, bool):
                value = "true" if value else "false"
            return bool(set(value if isinstance(value, tuple) else (value,)) & set(texts))
        case NumberIn(field, gt, gte, lt, lte):
            return any(
                (gt is None or number > gt)
                and (gte is None or number >= gte)
                and (lt is None or number < lt)
                and (lte is None or number <= lte)
                for number in _numbers(_value(item, field))
            )


def _numbers(value: AttributeValue | None) -> list[float]:
    """A text that is a number is that number as well."""
    if isinstance(value, bool) or value is None:
        return []
    if isinstance(value, int | float):
        return [value]
    texts = value if isinstance(value, tuple) else (value,)
    return [float(text) for text in texts if text.replace(".", "", 1).isdigit()]


def _value(item: Item, field: str) -> AttributeValue | None:
    name, _, attribute = field.partition(".")
    value: AttributeValue | None = (
        item.attributes.get(attribute) if attribute else getattr(item, name)
    )
    return value
