// The page to try calls on: everything on it is made of openapi.json, as text, never as HTML.
"use strict";

const EXAMPLES = {
  Recommend: { userId: "42", k: 5, explain: true },
  SimilarItems: { itemId: "1", k: 5 },
  SearchItems: { text: "a guide leads two men", k: 5 },
  Explain: { itemId: "1", userId: "42" },
  StreamExplain: { itemId: "1", userId: "42" },
  IndexItems: { items: [{ itemId: "film-7", domain: "films", title: "Stalker" }] },
  RecordEvents: { events: [{ userId: "42", itemId: "film-7", eventType: "rating", value: 4.5 }] },
};

function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key in made) made[key] = value; else made.setAttribute(key, value);
  }
  made.append(...children);
  return made;
}

function resolved(document_, schema) {
  if (!schema) return {};
  if (schema.$ref) return document_.components.schemas[schema.$ref.split("/").pop()];
  return schema;
}

function typeOf(schema) {
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.anyOf) return typeOf(schema.anyOf[0]);
  const type = [].concat(schema.type || "").filter((one) => one !== "null")[0] || "";
  if (type === "array") return `${typeOf(schema.items || {})}[]`;
  if (type === "object" && schema.additionalProperties) return `map of ${typeOf(schema.additionalProperties)}`;
  return schema.enum ? schema.enum.filter((one) => typeof one === "string" && one).join(" | ") : type;
}

function fieldTable(fields) {
  const rows = fields.map(([name, type, said]) =>
    element("tr", {}, element("td", {}, element("code", {}, name)), element("td", {}, type), element("td", {}, said)));
  return element("table", {}, ...rows);
}

async function shown(response, output, status) {
  status.textContent = `${response.status} ${response.statusText}  ${response.headers.get("x-request-id") || ""}`;
  const type = response.headers.get("content-type") || "";
  if (!type.includes("event-stream")) {
    const text = await response.text();
    try { output.textContent = JSON.stringify(JSON.parse(text), null, 2); } catch { output.textContent = text; }
    return;
  }
  const reader = response.body.pipeThrough(new TextDecoderStream()).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) output.textContent += part.value;
}

function call(document_, path, verb, operation) {
  const parameters = operation.parameters || [];
  const inputs = parameters.map((parameter) => element("input", { placeholder: parameter.name, title: parameter.description }));
  const bodySchema = operation.requestBody?.content["application/json"].schema;
  const body = bodySchema && element("textarea", {
    spellcheck: false, value: JSON.stringify(EXAMPLES[operation.operationId] || {}, null, 2),
  });
  const status = element("p", { className: "status" });
  const output = element("pre", { hidden: true });
  let stop = null;

  const url = () => {
    let filled = path;
    const query = new URLSearchParams();
    parameters.forEach((parameter, n) => {
      const value = inputs[n].value;
      if (parameter.in === "path") filled = filled.replace(`{${parameter.name}}`, encodeURIComponent(value));
      else if (value) query.append(parameter.name, value);
    });
    return filled + (query.size ? `?${query}` : "");
  };
  const send = async () => {
    stop?.abort();
    stop = new AbortController();
    output.hidden = false;
    output.textContent = "";
    status.textContent = "…";
    const key = document.getElementById("key").value;
    const headers = { ...(body && { "content-type": "application/json" }), ...(key && { authorization: key }) };
    try {
      await shown(await fetch(url(), { method: verb.toUpperCase(), headers, body: body?.value, signal: stop.signal }), output, status);
    } catch (error) { status.textContent = String(error); }
  };

  const said = element("p", {}, operation.description);
  const parts = [said];
  if (parameters.length) parts.push(fieldTable(parameters.map((one) => [one.name, typeOf(one.schema), one.description])), ...inputs);
  if (body) {
    const fields = Object.entries(resolved(document_, bodySchema).properties || {});
    const table = fieldTable(fields.map(([name, schema]) => [name, typeOf(schema), schema.description || ""]));
    parts.push(element("details", {}, element("summary", {}, "Fields"), table), body);
  }
  parts.push(
    element("button", { onclick: send }, "Send"),
    element("button", { onclick: () => stop?.abort() }, "Stop"), status, output);
  const head = element("summary", {}, element("b", {}, verb.toUpperCase()), element("code", {}, path), element("span", {}, operation.summary));
  return element("details", { id: operation.operationId }, head, ...parts);
}

async function page() {
  const document_ = await (await fetch("openapi.json")).json();
  document.getElementById("about").textContent = document_.info.description;
  const index = document.getElementById("index");
  const calls = document.getElementById("calls");
  for (const tag of document_.tags) {
    index.append(element("a", { href: `#tag-${tag.name}` }, tag.name));
    calls.append(element("h2", { id: `tag-${tag.name}` }, tag.name), element("p", {}, tag.description));
    for (const [path, verbs] of Object.entries(document_.paths)) {
      for (const [verb, operation] of Object.entries(verbs)) {
        if (operation.tags[0] === tag.name) calls.append(call(document_, path, verb, operation));
      }
    }
  }
  const named = document.getElementById(location.hash.slice(1));
  if (named) { named.open = true; named.scrollIntoView(); }
}

page();
