"""Exports of a made-up shop in the forms that real systems write, dirty as real ones are.

The header lines are those of the systems (Shopify, WooCommerce, a Merchant feed, the Amazon reviews, H&M,
MovieLens, Gorse, Personalize); every row is made here, from a seed. Into the rows goes what is found in
real exports: markup and entities, "N/A" for a price, dates that are none, a category of 600 characters,
a description of 120,000, stray quotes, rows that are too long, bytes of another encoding, rows without an
id. What was written is known, so that what comes in can be compared. Knows nothing of the reader.

    python -m benchmarks.exports shop
"""

from __future__ import annotations

import argparse
import csv
import json
import random
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

BEGAN = 1_600_000_000
SPOILED = 0.01
"""Of values are not what they should be."""
LONG = 0.0005
"""Of descriptions are longer than what is taken."""
WITHOUT_ID = 0.001
"""Of rows have no id, and cannot come in."""

ADJECTIVES = [
    "Soft",
    "Warm",
    "Light",
    "Classic",
    "Slim",
    "Bold",
    "Quiet",
    "Bright",
    "Dark",
    "Long",
    "Short",
    "Fine",
    "Rough",
    "Modern",
    "Old",
]
COLOURS = [
    "red",
    "blue",
    "green",
    "black",
    "white",
    "grey",
    "brown",
    "beige",
    "pink",
    "navy",
    "olive",
    "yellow",
]
MATERIALS = ["cotton", "linen", "wool", "leather", "denim", "silk", "suede", "canvas"]
KINDS = {
    "Shirt": "Clothing > Tops",
    "Dress": "Clothing > Dresses",
    "Jacket": "Clothing > Outerwear",
    "Boots": "Shoes > Boots",
    "Sneakers": "Shoes > Trainers",
    "Bag": "Accessories > Bags",
    "Scarf": "Accessories > Scarves",
    "Lamp": "Home > Lighting",
}
BRANDS = ["Acme", "Nordlys", "Casa&Co", "Müller", "Petit", "Kestrel"]
SIZES = ["XS", "S", "M", "L", "XL"]


@dataclass(frozen=True, slots=True)
class Product:
    """What one product is in truth."""

    number: int
    title: str
    description: str
    kind: str
    path: str
    tags: tuple[str, ...]
    brand: str
    price: float
    created: int
    pictures: tuple[str, ...]
    sizes: tuple[str, ...]
    colour: str
    available: bool


@dataclass(slots=True)
class Export:
    """One file as it was written."""

    path: Path
    kind: str
    """items, events or users"""
    rows: int = 0
    without_id: int = 0
    titles: dict[str, str] = field(default_factory=dict)
    """Of items by id, where they are not spoiled."""
    prices: dict[str, float] = field(default_factory=dict)


class Shop:
    """Products, people and what they did, and the hand that spoils some of it."""

    def __init__(self, n_products: int, seed: int = 0) -> None:
        self.random = random.Random(seed)
        self.products = [self._product(number) for number in range(1, n_products + 1)]

    def spoil(self, value: object, bad: Sequence[object]) -> object:
        """The value, or now and then one that is none."""
        return self.random.choice(bad) if self.random.random() < SPOILED else value

    def price(self, product: Product, form: str = "{:.2f}") -> object:
        return self.spoil(form.format(product.price), ["N/A", "", "call us", "NaN", "-"])

    def day(self, when: int, form: str = "%Y-%m-%d %H:%M:%S") -> object:
        text = datetime.fromtimestamp(when, UTC).strftime(form)
        return self.spoil(text, ["soon", "0000-00-00", "", "31/31/2020"])

    def text(self, product: Product) -> str:
        if self.random.random() < LONG:
            return "<p>again and again</p>" * 6_000
        return str(self.spoil(product.description, ["", "plain & simple <3", "<p>unclosed"]))

    def id(self, number: object) -> str:
        return "" if self.random.random() < WITHOUT_ID else str(number)

    def events(self, n: int) -> Iterator[tuple[int, Product, int, int]]:
        """User, product, rating from 1 to 5, unix seconds."""
        for step in range(n):
            product = self.products[int(len(self.products) * self.random.random() ** 2)]
            user = self.random.randint(1, max(2, n // 20))
            yield user, product, self.random.choice((1, 3, 4, 4, 5, 5)), BEGAN + 60 * step

    def _product(self, number: int) -> Product:
        pick = self.random
        kind = pick.choice(list(KINDS))
        colour, material = pick.choice(COLOURS), pick.choice(MATERIALS)
        title = f"{pick.choice(ADJECTIVES)} {colour} {material} {kind.lower()} {number}"
        sizes = tuple(pick.sample(SIZES, pick.randint(1, 4)))
        return Product(
            number=number,
            title=title,
            description=f'<p>A {colour} {kind.lower()} of {material} &amp; care, 5" wide.</p>\n<ul><li>“nice”</ul>',
            kind=kind,
            path=KINDS[kind],
            tags=(colour, material, pick.choice(("sale", "new", "classic"))),
            brand=pick.choice(BRANDS),
            price=round(pick.uniform(5, 1500), 2),
            created=BEGAN + 3600 * number,
            pictures=tuple(
                f"https://pictures.example/{number}-{n}.jpg" for n in range(pick.randint(1, 3))
            ),
            sizes=sizes,
            colour=colour,
            available=pick.random() > 0.1,
        )


Row = Mapping[str, object]
Rows = Iterator[tuple[str, Row]]
"""The id that a row has, empty where it lost it, and its cells."""


def shopify(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        handle = shop.id(f"product-{product.number}")
        price = shop.price(product)
        _note(export, handle, product, price)
        yield (
            handle,
            {
                "Handle": handle,
                "Title": product.title,
                "Body (HTML)": shop.text(product),
                "Vendor": product.brand,
                "Product Category": f"Apparel & Accessories > {product.path}",
                "Type": product.kind,
                "Tags": ", ".join(product.tags),
                "Published": shop.spoil("TRUE", ["true", "yes", "WAHR?", ""]),
                "Option1 Name": "Size",
                "Option1 Value": product.sizes[0],
                "Variant SKU": f"SKU-{product.number}-0",
                "Variant Grams": 200,
                "Variant Inventory Qty": 3,
                "Variant Inventory Policy": "deny",
                "Variant Price": price,
                "Variant Requires Shipping": "true",
                "Image Src": product.pictures[0],
                "Image Position": 1,
                "Gift Card": "false",
                "Status": "active" if product.available else "draft",
            },
        )
        further = max(len(product.sizes), len(product.pictures))
        for place in range(1, further):
            row: dict[str, object] = {"Handle": handle}
            if place < len(product.sizes):
                row |= {
                    "Option1 Value": product.sizes[place],
                    "Variant Price": price,
                    "Variant SKU": f"SKU-{product.number}-{place}",
                }
            if place < len(product.pictures):
                row |= {"Image Src": product.pictures[place], "Image Position": place + 1}
            yield handle, row


def woocommerce(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        number, varies = shop.id(10 * product.number), len(product.sizes) > 1
        price = shop.price(product)
        if varies or number:
            _note(export, number, product, price)
        yield (
            number,
            {
                "ID": number,
                "Type": "variable" if varies else "simple",
                "SKU": f"WOO-{product.number}",
                "Name": product.title,
                "Published": 1 if product.available else -1,
                "Is featured?": 0,
                "Visibility in catalog": "visible",
                "Short description": f"A {product.colour} {product.kind.lower()}",
                "Description": shop.text(product),
                "In stock?": shop.spoil("1", ["backorder", "", "maybe"]),
                "Regular price": "" if varies else price,
                "Categories": f"{product.path}, {product.path.partition(' > ')[0]}",
                "Tags": ", ".join(product.tags),
                "Images": ", ".join(product.pictures),
                "Position": 0,
                "Attribute 1 name": "Size",
                "Attribute 1 value(s)": ", ".join(product.sizes),
                "Attribute 1 visible": 1,
            },
        )
        for place, size in enumerate(product.sizes if varies else (), start=1):
            child = str(10 * product.number + place)
            parent = f"WOO-{product.number}" if place % 2 or not number else f"id:{number}"
            yield (
                child,
                {
                    "ID": child,
                    "Type": "variation",
                    "SKU": f"WOO-{product.number}-{size}",
                    "Name": f"{product.title} - {size}",
                    "Published": 1,
                    "In stock?": 1,
                    "Regular price": price,
                    "Parent": parent,
                    "Attribute 1 name": "Size",
                    "Attribute 1 value(s)": size,
                },
            )


def merchant(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        number, price = shop.id(f"G{product.number}"), shop.price(product, "{:.2f} EUR")
        _note(export, number, product, price)
        yield (
            number,
            {
                "id": number,
                "title": product.title,
                "description": shop.text(product).replace("\n", " "),
                "link": f"https://shop.example/p/{product.number}",
                "image_link": product.pictures[0],
                "additional_image_link": ",".join(product.pictures[1:]),
                "availability": shop.spoil(
                    "in_stock" if product.available else "out_of_stock",
                    ["in stock", "preorder", "?"],
                ),
                "price": price,
                "brand": product.brand,
                "gtin": f"{4_000_000_000_000 + product.number}",
                "product_type": product.path,
                "condition": "new",
                "color": product.colour,
                "size": product.sizes[0],
                "shipping": "DE::Standard:4.90 EUR",
            },
        )


def amazon_meta(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        number = shop.id(f"B{product.number:09}")
        price = shop.spoil(product.price, ["None", None, f"from {product.price}", "—"])
        _note(export, number, product, price)
        yield (
            number,
            {
                "main_category": "AMAZON FASHION",
                "title": product.title,
                "average_rating": 4.1,
                "rating_number": 12,
                "features": ["Soft", "Machine wash"],
                "description": [shop.text(product)],
                "price": price,
                "images": [
                    {"thumb": url, "large": url, "variant": "MAIN", "hi_res": None}
                    for url in product.pictures
                ],
                "videos": [{"title": "v", "url": "https://v.example/1.mp4", "user_id": ""}],
                "store": product.brand,
                "categories": product.path.split(" > "),
                "details": {
                    "Color": product.colour,
                    "Package": {"Weight": "1 kg"},
                    "Date": "May 1, 2020",
                },
                "parent_asin": number,
                "bought_together": None,
            },
        )


def amazon_reviews(shop: Shop, export: Export) -> Rows:
    for user, product, rating, when in shop.events(4 * len(shop.products)):
        number = shop.id(f"B{product.number:09}")
        yield (
            number,
            {
                "rating": shop.spoil(float(rating), [None, "good", "5 stars"]),
                "title": "Nice",
                "text": "I <br /> like it",
                "images": [],
                "asin": number,
                "parent_asin": number,
                "user_id": f"A{user}",
                "timestamp": shop.spoil(when * 1000, [None, "x"]),
                "helpful_vote": 0,
                "verified_purchase": True,
            },
        )


def hm_articles(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        number = shop.id(f"{product.number:010}")
        _note(export, number, product, None)
        yield (
            number,
            {
                "article_id": number,
                "product_code": f"{product.number:07}",
                "prod_name": product.title,
                "product_type_no": 253,
                "product_type_name": product.kind,
                "product_group_name": product.path.partition(" > ")[0],
                "graphical_appearance_no": 1_010_016,
                "graphical_appearance_name": "Solid",
                "colour_group_code": "09",
                "colour_group_name": product.colour.title(),
                "perceived_colour_value_id": 4,
                "perceived_colour_value_name": "Dark",
                "perceived_colour_master_id": 5,
                "perceived_colour_master_name": product.colour.title(),
                "department_no": 1676,
                "department_name": "Jersey Basic",
                "index_code": "A",
                "index_name": "Ladieswear",
                "index_group_no": 1,
                "index_group_name": "Ladieswear",
                "section_no": 16,
                "section_name": "Womens Everyday Basics",
                "garment_group_no": 1002,
                "garment_group_name": "Jersey Basic",
                "detail_desc": shop.text(product),
            },
        )


def hm_transactions(shop: Shop, export: Export) -> Rows:
    for user, product, _, when in shop.events(4 * len(shop.products)):
        number = shop.id(f"{product.number:010}")
        yield (
            number,
            {
                "t_dat": shop.day(when, "%Y-%m-%d"),
                "customer_id": f"{user:064x}",
                "article_id": number,
                "price": f"{product.price / 3000:.17f}",
                "sales_channel_id": 2,
            },
        )


def hm_customers(shop: Shop, export: Export) -> Rows:
    for user in range(1, len(shop.products) + 1):
        number = shop.id(f"{user:064x}")
        yield (
            number,
            {
                "customer_id": number,
                "FN": "",
                "club_member_status": "ACTIVE",
                "fashion_news_frequency": "NONE",
                "age": shop.spoil(20 + user % 50, ["", "unknown"]),
                "postal_code": f"{user:064x}",
            },
        )


def movielens_movies(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        number = shop.id(product.number)
        _note(export, number, product, None)
        genres = shop.spoil("|".join(product.tags), ["(no genres listed)"])
        yield number, {"movieId": number, "title": product.title, "genres": genres}


def movielens_ratings(shop: Shop, export: Export) -> Rows:
    for user, product, rating, when in shop.events(4 * len(shop.products)):
        number = shop.id(product.number)
        yield number, {"userId": user, "movieId": number, "rating": rating, "timestamp": when}


def movielens_tags(shop: Shop, export: Export) -> Rows:
    for user, product, _, when in shop.events(len(shop.products)):
        number = shop.id(product.number)
        yield number, {"userId": user, "movieId": number, "tag": "so, “good”", "timestamp": when}


def gorse_items(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        number = shop.id(product.number)
        yield (
            number,
            {
                "item_id": number,
                "is_hidden": shop.spoil("false" if product.available else "true", ["0", "?"]),
                "categories": "|".join(product.tags),
                "time_stamp": shop.day(product.created, "%Y-%m-%d %H:%M:%S +0000 UTC"),
                "labels": "|".join((product.brand, product.kind)),
                "description": shop.text(product),
            },
        )


def gorse_feedback(shop: Shop, export: Export) -> Rows:
    for user, product, rating, when in shop.events(4 * len(shop.products)):
        number = shop.id(product.number)
        yield (
            number,
            {
                "feedback_type": "star" if rating > 3 else "read",
                "user_id": user,
                "item_id": number,
                "time_stamp": shop.day(when),
            },
        )


def gorse_users(shop: Shop, export: Export) -> Rows:
    for user in range(1, len(shop.products) + 1):
        number = shop.id(user)
        yield number, {"user_id": number, "labels": "gold|de"}


def personalize_interactions(shop: Shop, export: Export) -> Rows:
    for user, product, rating, when in shop.events(4 * len(shop.products)):
        number = shop.id(product.number)
        yield (
            number,
            {
                "USER_ID": user,
                "ITEM_ID": number,
                "TIMESTAMP": when,
                "EVENT_TYPE": shop.spoil("Watch", ["Add To Cart!", ""]),
                "EVENT_VALUE": shop.spoil(rating, ["", "null", "many"]),
            },
        )


def personalize_items(shop: Shop, export: Export) -> Rows:
    for product in shop.products:
        number, price = shop.id(product.number), shop.price(product)
        if number and price == f"{product.price:.2f}":
            export.prices[number] = product.price
        yield (
            number,
            {
                "ITEM_ID": number,
                "GENRES": "|".join(product.tags),
                "CREATION_TIMESTAMP": product.created,
                "PRICE": price,
                "DESCRIPTION": shop.text(product),
            },
        )


def personalize_users(shop: Shop, export: Export) -> Rows:
    for user in range(1, len(shop.products) + 1):
        number = shop.id(user)
        yield number, {"USER_ID": number, "AGE": shop.spoil(user % 70, ["", "n/a"]), "GENDER": "F"}


@dataclass(frozen=True, slots=True)
class Form:
    """How one system writes one file."""

    kind: str
    rows: Callable[[Shop, Export], Rows]
    header: Sequence[str]
    encoding: str = "utf-8"


def forms(headers: Mapping[str, Any]) -> dict[str, Form]:
    """By file name, with the header lines of `headers.json`."""
    found = {}
    for name, line in headers.items():
        header = (
            line if isinstance(line, list) else next(csv.reader([line], delimiter=_delimiter(name)))
        )
        kind, rows, encoding = _FORMS[name]
        found[name] = Form(kind, rows, header, encoding)
    return found


_FORMS: Mapping[str, tuple[str, Callable[[Shop, Export], Rows], str]] = {
    "shopify.csv": ("items", shopify, "utf-8-sig"),
    "woocommerce.csv": ("items", woocommerce, "utf-8-sig"),
    "google-merchant.tsv": ("items", merchant, "utf-16"),
    "amazon-meta.jsonl": ("items", amazon_meta, "utf-8"),
    "amazon-reviews.jsonl": ("events", amazon_reviews, "utf-8"),
    "hm-articles.csv": ("items", hm_articles, "utf-8"),
    "hm-transactions.csv": ("events", hm_transactions, "utf-8"),
    "hm-customers.csv": ("users", hm_customers, "utf-8"),
    "movielens-movies.csv": ("items", movielens_movies, "utf-8"),
    "movielens-ratings.csv": ("events", movielens_ratings, "utf-8"),
    "movielens-tags.csv": ("events", movielens_tags, "cp1252"),
    "gorse-items.csv": ("items", gorse_items, "cp1252"),
    "gorse-feedback.csv": ("events", gorse_feedback, "utf-8"),
    "gorse-users.csv": ("users", gorse_users, "utf-8"),
    "personalize-interactions.csv": ("events", personalize_interactions, "utf-8"),
    "personalize-items.csv": ("items", personalize_items, "utf-8"),
    "personalize-users.csv": ("users", personalize_users, "utf-8"),
}
HEADERS = Path(__file__).with_name("export_headers.json")


def write_exports(folder: Path, n_products: int, seed: int = 0) -> list[Export]:
    """All of them, of one shop."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, form in forms(json.loads(HEADERS.read_text("utf-8"))).items():
        shop = Shop(n_products, seed)
        export = Export(folder / name, form.kind)
        _write(form, shop, export)
        written.append(export)
    return written


def _write(form: Form, shop: Shop, export: Export) -> None:
    delimiter = _delimiter(export.path.name)
    with export.path.open("w", encoding=form.encoding, errors="replace", newline="") as stream:
        writer = csv.writer(stream, delimiter=delimiter)
        is_json = export.path.suffix == ".jsonl"
        if not is_json:
            writer.writerow(form.header)
        for row_id, row in form.rows(shop, export):
            export.rows += 1
            export.without_id += not row_id
            if is_json:
                stream.write(json.dumps({name: row.get(name) for name in form.header}) + "\n")
            else:
                _write_row(writer, [row.get(name, "") for name in form.header], shop)


def _write_row(writer: Any, cells: list[object], shop: Shop) -> None:
    """Now and then with a cell too many, or without the empty ones at its end."""
    chance = shop.random.random()
    if chance < 0.002:
        cells = [*cells, "extra"]
    elif chance < 0.02:
        while len(cells) > 2 and cells[-1] == "":
            cells.pop()
    writer.writerow(cells)


def _note(export: Export, row_id: str, product: Product, price: object) -> None:
    """Keep what must come out of a row."""
    if row_id:
        export.titles[row_id] = product.title
        if isinstance(price, str | float) and str(price).startswith(f"{product.price:.2f}"):
            export.prices[row_id] = product.price


def _delimiter(name: str) -> str:
    return "\t" if name.endswith(".tsv") else ","


def main() -> None:
    parser = argparse.ArgumentParser(description="Write the exports of a made-up shop.")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--products", type=int, default=1_000)
    options = parser.parse_args()
    for export in write_exports(options.folder, options.products):
        print(f"{export.path}: {export.rows:,} rows of {export.kind}")


if __name__ == "__main__":
    main()
