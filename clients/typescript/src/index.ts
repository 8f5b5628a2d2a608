/**
 * The client of Palate for Node and browsers, over HTTP.
 *
 *     import { connect } from "palate-client";
 *
 *     const palate = connect("https://recommend.example", { key: process.env.PALATE_KEY });
 *     const { results } = await palate.recommend({ userId: "u1", k: 5, explain: true });
 *
 * Every call is a method with the fields of its message; `palate/v1` describes them. Three answer in a stream,
 * and are read with `for await`.
 */

import type { MessageInitShape } from "@bufbuild/protobuf";
import { type Client, ConnectError, createClient, type Interceptor, type Transport } from "@connectrpc/connect";
import { createConnectTransport } from "@connectrpc/connect-web";

import { BadRequestSchema, ErrorInfoSchema } from "./generated/google/rpc/error_details_pb.js";
import type { AttributeValueSchema } from "./generated/palate/v1/catalog_pb.js";
import { ExplainService } from "./generated/palate/v1/explain_pb.js";
import { IndexService } from "./generated/palate/v1/index_pb.js";
import { ModelService } from "./generated/palate/v1/model_pb.js";
import { RecommendService } from "./generated/palate/v1/recommend_pb.js";
import { UserService } from "./generated/palate/v1/user_pb.js";

export { Code, ConnectError } from "@connectrpc/connect";

/** All calls. */
export type Palate = Client<typeof IndexService> &
  Client<typeof RecommendService> &
  Client<typeof ExplainService> &
  Client<typeof ModelService> &
  Client<typeof UserService>;

export interface Options {
  /** An API key or a token; a function is asked at every call, for tokens that end. */
  key?: string | (() => string | Promise<string>) | undefined;
  /** The deadline of a call that names none, in milliseconds. 0 as `timeoutMs` of a call is none: a training takes longer. */
  timeoutMs?: number;
}

const TIMEOUT_MS = 10_000;

/** A client of the server at an address such as `https://recommend.example`. */
export function connect(baseUrl: string, { key, timeoutMs = TIMEOUT_MS }: Options = {}): Palate {
  if (key !== undefined && !isPrivate(baseUrl)) {
    console.warn(`palate: the key goes to ${baseUrl} without TLS, and can be read on the way; use https://`);
  }
  const interceptors = key === undefined ? [] : [withKey(key)];
  return clientOver(createConnectTransport({ baseUrl, defaultTimeoutMs: timeoutMs, interceptors }));
}

/** A client over a transport of one's own, such as gRPC by @connectrpc/connect-node. */
export function clientOver(transport: Transport): Palate {
  return {
    ...createClient(IndexService, transport),
    ...createClient(RecommendService, transport),
    ...createClient(ExplainService, transport),
    ...createClient(ModelService, transport),
    ...createClient(UserService, transport),
  };
}

/** Sends a key or a token with every call. */
export function withKey(key: NonNullable<Options["key"]>): Interceptor {
  return (next) => async (request) => {
    request.header.set("authorization", `Bearer ${typeof key === "string" ? key : await key()}`);
    return next(request);
  };
}

/** An attribute of an item: text, a number, yes or no, or several texts. */
export type Attribute = string | number | boolean | string[];

type AttributeValue = MessageInitShape<typeof AttributeValueSchema>;

/** Attributes of an item as its message has them: `attributes({ year: 1979, director: "Ridley Scott" })`. */
export function attributes(
  values: Readonly<Record<string, Attribute>>,
): Record<string, AttributeValue> {
  return Object.fromEntries(Object.entries(values).map(([name, value]) => [name, attribute(value)]));
}

function attribute(value: Attribute): AttributeValue {
  if (typeof value === "string") return { kind: { case: "stringValue", value } };
  if (typeof value === "number") return { kind: { case: "numberValue", value } };
  if (typeof value === "boolean") return { kind: { case: "boolValue", value } };
  return { kind: { case: "stringList", value: { values: value } } };
}

/** What an error says beside its code and message. */
export interface Refusal {
  /** Such as ITEM_NOT_FOUND; empty where the error is of the network and not of Palate. */
  reason: string;
  /** What is wrong, by field of the request. */
  fields: Record<string, string>;
  /** By which the server's log knows the call; empty where no server answered. */
  requestId: string;
}

/** Of an error that a call threw. */
export function refusal(error: unknown): Refusal {
  const known = ConnectError.from(error);
  const [info] = known.findDetails(ErrorInfoSchema);
  const [wrong] = known.findDetails(BadRequestSchema);
  return {
    reason: info?.reason ?? "",
    fields: Object.fromEntries(wrong?.fieldViolations.map((one) => [one.field, one.description]) ?? []),
    requestId: known.metadata.get("x-request-id") ?? "",
  };
}

/** Whether nobody on the way reads what is sent there. */
function isPrivate(baseUrl: string): boolean {
  const { protocol, hostname } = new URL(baseUrl);
  return protocol === "https:" || hostname === "localhost" || hostname === "[::1]" || /^127\.\d+\.\d+\.\d+$/.test(hostname);
}
