/** Against a running server: PALATE_URL and PALATE_ADDRESS are where it speaks HTTP and gRPC, PALATE_KEY may write. */

import assert from "node:assert/strict";
import { test } from "node:test";

import { createGrpcTransport } from "@connectrpc/connect-node";

import { attributes, clientOver, Code, connect, ConnectError, refusal, withKey } from "../dist/index.js";

const { PALATE_URL: url, PALATE_ADDRESS: address, PALATE_KEY: key } = process.env;
const palate = connect(url, { key });

test("items, events, a list with reasons, and why", async () => {
  const films = ["alien", "aliens", "heat", "ronin", "solaris", "stalker"];
  const indexed = await palate.indexItems({
    items: films.map((title, n) => ({
      itemId: title,
      title,
      categories: [n % 2 ? "Sci-Fi" : "Crime"],
      attributes: attributes({ year: 1979 + n, director: "Somebody", colour: true, moods: ["dark", "slow"] }),
    })),
  });
  assert.equal(indexed.indexed, films.length);
  const { item } = await palate.getItem({ itemId: "alien" });
  assert.deepEqual(item.attributes.moods.kind.value.values, ["dark", "slow"]);
  assert.deepEqual(item.attributes.year.kind, { case: "numberValue", value: 1979 });

  const events = ["alien", "heat"].map((itemId) => ({ userId: "u1", itemId, eventType: "watch" }));
  assert.equal((await palate.recordEvents({ events })).recorded, 2);

  const answer = await palate.recommend({ userId: "u1", k: 3, explain: true });
  assert.equal(answer.results.length, 3);
  assert.ok(answer.results.every(({ itemId }) => !["alien", "heat"].includes(itemId)));
  assert.ok(answer.results.every(({ reason }) => reason.length > 0));

  const why = await palate.explain({
    itemId: answer.results[0].itemId,
    recommendationId: answer.recommendationId,
  });
  assert.ok(why.text.length > 0);
  assert.ok(why.evidence.length > 0);
});

test("an error has its code, its reason, the field and the request id", async () => {
  await assert.rejects(palate.recommend({ userId: "u1", filter: "price <" }), (error) => {
    assert.ok(error instanceof ConnectError);
    assert.equal(error.code, Code.InvalidArgument);
    const { reason, fields, requestId } = refusal(error);
    assert.equal(reason, "FILTER_SYNTAX");
    assert.deepEqual(Object.keys(fields), ["filter"]);
    assert.notEqual(requestId, "");
    return true;
  });
  await assert.rejects(palate.getItem({ itemId: "none" }), (error) => refusal(error).reason === "ITEM_NOT_FOUND");
});

test("without a key nothing is answered, and a key may come from a function", async () => {
  await assert.rejects(connect(url).recommend({ userId: "u1" }), (error) => error.code === Code.Unauthenticated);
  const asked = [];
  const renewed = connect(url, { key: async () => (asked.push("once"), key) });
  await renewed.listItems({});
  await renewed.listItems({});
  assert.equal(asked.length, 2);
});

test("a call has a deadline", async () => {
  await assert.rejects(connect(url, { key, timeoutMs: 0.001 }).listItems({}), (error) => error.code === Code.DeadlineExceeded);
});

test("a server that is not there is no refusal of Palate", async () => {
  await assert.rejects(connect("http://127.0.0.1:9").recommend({ userId: "u1" }), (error) => {
    assert.deepEqual(refusal(error), { reason: "", fields: {}, requestId: "" });
    return true;
  });
});

test("a key that would be sent in plain text is warned of", (context) => {
  const warn = context.mock.method(console, "warn", () => {});
  for (const safe of ["https://shop.example", "http://localhost:8080", "http://127.0.0.2", "http://[::1]:80"]) {
    connect(safe, { key: "palate_k" });
  }
  connect("http://shop.example");
  assert.equal(warn.mock.callCount(), 0);
  connect("http://shop.example", { key: "palate_k" });
  assert.match(warn.mock.calls[0].arguments[0], /http:\/\/shop\.example without TLS/);
});

test("streams come over HTTP and over gRPC", async () => {
  const grpc = clientOver(createGrpcTransport({ baseUrl: `http://${address}`, interceptors: [withKey(key)] }));
  for (const client of [palate, grpc]) {
    const parts = [];
    for await (const { part } of client.streamExplain({ itemId: "solaris", userId: "u1" })) parts.push(part.case);
    assert.deepEqual(parts, ["evidence", "text"]);
  }
});

test("an error of a stream is as of any other call", async () => {
  const read = async (stream) => { for await (const _ of stream); };
  await assert.rejects(read(palate.streamExplain({ itemId: "none", userId: "u1" })), (error) => {
    assert.equal(error.code, Code.NotFound);
    const { reason, requestId } = refusal(error);
    assert.deepEqual([reason, requestId.includes(",")], ["ITEM_NOT_FOUND", false]);
    assert.notEqual(requestId, "");
    return true;
  });
  await assert.rejects(read(palate.streamExplain({ itemId: "solaris" })), (error) => {
    assert.deepEqual(Object.keys(refusal(error).fields), ["recommendation_id"]);
    return true;
  });
  const unkeyed = connect(url).streamExplain({ itemId: "solaris", userId: "u1" });
  await assert.rejects(read(unkeyed), (error) => error.code === Code.Unauthenticated);
});
