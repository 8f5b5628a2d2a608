"""Index a few things, tell what somebody did, ask for two people at once what they might like, and why."""

from __future__ import annotations

import asyncio
import os

from palate.aio import AsyncClient, PalateRpcError

SHOP = [
    {"item_id": "tent", "title": "Two-person tent", "categories": ["Camping"], "price": 189},
    {"item_id": "stove", "title": "Gas stove", "categories": ["Camping"], "price": 45},
    {"item_id": "bag", "title": "Down sleeping bag", "categories": ["Camping"], "price": 240},
    {"item_id": "lamp", "title": "Head lamp", "categories": ["Camping"], "price": 30},
    {"item_id": "mat", "title": "Sleeping mat", "categories": ["Camping"], "price": 60},
    {"item_id": "novel", "title": "A novel about rain", "categories": ["Books"], "price": 12},
    {"item_id": "atlas", "title": "Atlas of rivers", "categories": ["Books"], "price": 35},
    {"item_id": "poems", "title": "Poems for the road", "categories": ["Books"], "price": 9},
]
BOUGHT = {"ada": ("tent", "stove", "mat"), "bo": ("novel", "poems")}


async def main() -> None:
    address = os.environ.get("PALATE_ADDRESS", "127.0.0.1:50051")
    async with AsyncClient(address, key=os.environ.get("PALATE_KEY", "")) as palate:
        await palate.wait_until_serving(60)
        report = await palate.index_items(SHOP)
        print(
            report.indexed + report.skipped,
            "items",
            [f"{row.item_id}: {row.reason}" for row in report.failed],
        )
        await palate.record_events(
            {"user_id": user, "item_id": item, "event_type": "purchase"}
            for user, items in BOUGHT.items()
            for item in items
        )
        asked = (palate.recommend(user, k=2, filter="price < 300", explain=True) for user in BOUGHT)
        for user, answer in zip(BOUGHT, await asyncio.gather(*asked), strict=True):
            for result in answer.results:
                print(f"{user} {result.rank}. {result.item.title}: {result.reason}")
        try:
            await palate.recommend("ada", filter="price <")
        except PalateRpcError as error:
            print(f"{error.reason}: {error.field_violations['filter']}")


asyncio.run(main())
