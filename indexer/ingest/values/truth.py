"""Yes and no as shops write them: "in stock", "draft", "nein", a stock of 0.

Knows no fields.
"""

from __future__ import annotations

YES = frozenset(
    [
        "true",
        "t",
        "yes",
        "y",
        "on",
        "1",
        "x",
        "ja",
        "oui",
        "si",
        "sí",
        "sì",
        "sim",
        "da",
        "tak",
        "kyllä",
        "evet",
        "是",
        "有",
        "有货",
        "在庫あり",
        "はい",
        "in_stock",
        "instock",
        "in-stock",
        "available",
        "active",
        "enabled",
        "published",
        "visible",
        "publish",
        "public",
        "live",
        "preorder",
        "pre-order",
        "backorder",
        "backordered",
        "onbackorder",
        "available_for_order",
        "limited_availability",
        "catalog",
        "search",
        "both",
        "new",
        "used",
        "verfügbar",
        "lieferbar",
        "disponible",
        "disponibile",
        "disponível",
    ]
) | {"in stock", "on backorder", "available for order", "en stock", "auf lager", "low stock"}
NO = frozenset(
    [
        "false",
        "f",
        "no",
        "n",
        "off",
        "0",
        "nein",
        "non",
        "não",
        "nao",
        "nie",
        "ei",
        "hayır",
        "否",
        "无",
        "无货",
        "缺货",
        "在庫なし",
        "いいえ",
        "out_of_stock",
        "outofstock",
        "out-of-stock",
        "unavailable",
        "inactive",
        "disabled",
        "unpublished",
        "hidden",
        "draft",
        "archived",
        "private",
        "sold",
        "soldout",
        "sold_out",
        "discontinued",
        "pending",
        "trash",
        "deleted",
        "oos",
        "invisible",
        "ausverkauft",
        "agotado",
        "esaurito",
        "esgotado",
        "épuisé",
        "indisponible",
    ]
) | {"out of stock", "sold out", "not available", "nicht verfügbar", "not visible individually"}


def truth(value: object) -> bool | None:
    """True or False, or None where the value says neither; a number is a stock.

    >>> [truth(value) for value in (True, "In Stock", "draft", 0, "12", "-1", "perhaps")]
    [True, True, False, False, True, False, None]
    """
    if isinstance(value, bool):
        return value
    if isinstance(value, int | float):
        return value > 0
    if not isinstance(value, str):
        return None
    word = value.strip().lower()
    if word in YES:
        return True
    if word in NO:
        return False
    try:
        return float(word) > 0
    except ValueError:
        return None
