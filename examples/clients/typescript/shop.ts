/** Index a few things, tell what somebody did, ask what they might like and why. */

import { attributes, connect, refusal } from "palate-client";

const palate = connect(process.env.PALATE_URL ?? "http://127.0.0.1:8080", { key: process.env.PALATE_KEY });

const shop = [
  { itemId: "tent", title: "Two-person tent", categories: ["Camping"], price: 189, attributes: attributes({ kg: 2.1 }) },
  { itemId: "stove", title: "Gas stove", categories: ["Camping"], price: 45, attributes: attributes({ kg: 0.3 }) },
  { itemId: "bag", title: "Down sleeping bag", categories: ["Camping"], price: 240, attributes: attributes({ kg: 0.9 }) },
  { itemId: "lamp", title: "Head lamp", categories: ["Camping"], price: 30, attributes: attributes({ kg: 0.1 }) },
  { itemId: "mat", title: "Sleeping mat", categories: ["Camping"], price: 60, attributes: attributes({ kg: 0.5 }) },
  { itemId: "novel", title: "A novel about rain", categories: ["Books"], price: 12 },
  { itemId: "atlas", title: "Atlas of rivers", categories: ["Books"], price: 35 },
  { itemId: "poems", title: "Poems for the road", categories: ["Books"], price: 9 },
];
const { indexed, skipped, failed } = await palate.indexItems({ items: shop });
console.log(`${indexed + skipped} items`, failed.map(({ itemId, reason }) => `${itemId}: ${reason}`));

const bought = ["tent", "stove", "mat"].map((itemId) => ({ userId: "ada", itemId, eventType: "purchase" }));
await palate.recordEvents({ events: [...bought, { userId: "bo", itemId: "novel", eventType: "purchase" }] });

const answer = await palate.recommend({ userId: "ada", k: 3, filter: "price < 300", explain: true });
for (const { rank, item, reason } of answer.results) console.log(`${rank}. ${item?.title}: ${reason}`);

try {
  await palate.recommend({ userId: "ada", filter: "price <" });
} catch (error) {
  const { reason, fields } = refusal(error);
  console.log(`${reason}: ${fields.filter}`);
}
