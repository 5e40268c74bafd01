import { once } from "node:events";
import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { afterEach, beforeEach, expect, test } from "vitest";
import { z } from "zod";
import { env } from "@/server/platform";
import { createInferenceClient, type InferenceClient } from "..";
import { gainRequest, mixedRequest } from "../testing/test-worker";

type Answer = (body: z.infer<typeof Body>, response: ServerResponse) => void;
const Body = z.looseObject({
  model: z.string(),
  max_tokens: z.number(),
  messages: z.array(z.object({ role: z.string(), content: z.string() })),
});

let server: Server;
let client: InferenceClient;
let url: string;
let answer: Answer;
let requests: IncomingMessage[];
beforeEach(async () => {
  requests = [];
  server = createServer(async (request, response) => {
    requests.push(request);
    if (request.url === "/v1/models") return response.end('{"data":[{"id":"big-model"}]}');
    let text = "";
    for await (const part of request) text += String(part);
    return answer(Body.parse(JSON.parse(text)), response);
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === "object" ? address?.port : ""}`;
  client = clientOf();
});
afterEach(async () => {
  await client.close();
  server.closeAllConnections();
  server.close();
});

const clientOf = (changes: Partial<ReturnType<typeof env>> = {}) =>
  createInferenceClient({ ...env(), INFERENCE_URL: `${url}/v1/`, ...changes });

interface Token {
  token: string;
  top_logprobs?: { token: string; logprob: number }[];
}
/** Node 20 has no Promise.withResolvers(). */
function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  const promise = new Promise<T>((settle) => {
    resolve = settle;
  });
  return { promise, resolve };
}
const completion = (content: string, tokens?: Token[]) =>
  JSON.stringify({
    choices: [{ message: { content }, ...(tokens && { logprobs: { content: tokens } }) }],
    usage: { total_tokens: 42 },
  });
const alternatives = (shares: Record<string, number>) =>
  Object.entries(shares).map(([token, share]) => ({ token, logprob: Math.log(share) }));

test("a request goes out as a strict JSON schema, and its answer comes back checked", async () => {
  const seen: unknown[] = [];
  answer = (body, response) => {
    seen.push(body);
    response.end(completion('{"gain": 7}'));
  };
  client = clientOf({ INFERENCE_API_KEY: "key-1" });
  const request = gainRequest("table t", { instruction: "Estimate." });
  const got = await client.infer(request);
  expect(got).toMatchObject({ answer: { gain: 7 }, model: "big-model", isCached: false });
  expect(seen).toEqual([
    expect.objectContaining({
      model: "big-model",
      temperature: 0,
      logprobs: true,
      messages: [
        { role: "system", content: "Estimate." },
        { role: "user", content: "table t" },
      ],
      response_format: {
        type: "json_schema",
        json_schema: { name: "answer", strict: true, schema: request.schema },
      },
    }),
  ]);
  expect(requests.at(-1)?.headers.authorization).toBe("Bearer key-1");
  // No alternatives were given.
  expect(got.probabilities.gain).toMatchObject({ "6": 0, "7": 1 });
  expect((await client.infer(request)).isCached).toBe(true);
});

test("probabilities come from the alternatives of the token where a value begins", async () => {
  const tokens: Token[] = [
    { token: '{"opinion' },
    { token: '": "ac', top_logprobs: alternatives({ '": "ac': 0.6, '": "reject': 0.3, "?": 0.1 }) },
    { token: 'cept", "' },
    { token: 'days": ' },
    { token: "10", top_logprobs: alternatives({ "10": 0.5, "1": 0.2, "12": 0.1 }) },
    { token: ', "text": "ok"}' },
  ];
  const content = tokens.map(({ token }) => token).join("");
  answer = (_, response) => response.end(completion(content, tokens));
  const { answer: given, probabilities } = await client.infer(mixedRequest("p"));
  expect(given).toEqual({ opinion: "accept", days: 10, text: "ok" });
  expect(probabilities.opinion?.accept).toBeCloseTo(0.6 / 0.9);
  expect(probabilities.opinion?.reject).toBeCloseTo(0.3 / 0.9);
  expect(probabilities.opinion?.counter).toBe(0);
  expect(probabilities.days).toMatchObject({ "-1": 0, "100": 0 });
  expect(probabilities.days?.["10"]).toBeCloseTo(0.5 / 0.8);
  expect(probabilities.days?.["1"]).toBeCloseTo(0.2 / 0.8);
});

test.each([
  ["outside the schema", (r: ServerResponse) => r.end(completion('{"gain": 12}'))],
  ["no JSON", (r: ServerResponse) => r.end(completion("seven"))],
  ["no completion", (r: ServerResponse) => r.end("{}")],
  ["a broken connection", (r: ServerResponse) => r.destroy()],
  ["an internal error", (r: ServerResponse) => r.writeHead(500).end("stack trace")],
])("%s is `unavailable`, with a time to come back", async (_, respond) => {
  answer = (__, response) => respond(response);
  const error: unknown = await client.infer(gainRequest("p")).catch((thrown: unknown) => thrown);
  expect(error).toMatchObject({ code: "unavailable", details: { retry_after_seconds: 5 } });
  expect(String(error)).not.toContain("stack trace");
});

test("the server's Retry-After is passed on; its refusal of a request is the caller's", async () => {
  answer = (_, response) => response.writeHead(429, { "retry-after": "17" }).end();
  await expect(client.infer(gainRequest("p"))).rejects.toMatchObject({
    code: "unavailable",
    details: { retry_after_seconds: 17 },
  });
  answer = (_, response) => response.writeHead(400).end("context length exceeded");
  await expect(client.infer(gainRequest("p"))).rejects.toMatchObject({ code: "invalid_input" });
});

test("deadline and abort end the call", async () => {
  const { promise: gone, resolve } = deferred<void>();
  answer = (_, response) => response.on("close", resolve);
  await expect(client.infer(gainRequest("p", { deadlineMs: 50 }))).rejects.toMatchObject({
    code: "timeout",
  });
  await gone;
  const controller = new AbortController();
  const reason = new Error("enough");
  answer = () => controller.abort(reason);
  await expect(client.infer(gainRequest("q"), controller.signal)).rejects.toBe(reason);
  expect((await client.status()).requests).toMatchObject({ timedOut: 1, cancelled: 1 });
});

test("beyond its bound a process asks nothing more", async () => {
  client = clientOf({ INFERENCE_QUEUE_MAX: 1 });
  const { promise: asked, resolve } = deferred<ServerResponse>();
  answer = (_, response) => resolve(response);
  const first = client.infer(gainRequest("one"));
  const response = await asked;
  await expect(client.infer(gainRequest("two"))).rejects.toMatchObject({ code: "unavailable" });
  response.end(completion('{"gain":1}'));
  await expect(first).resolves.toMatchObject({ answer: { gain: 1 } });
});

test("a server that is away is `unavailable`; its model cannot be changed from here", async () => {
  await expect(client.swap({ name: "other" })).rejects.toMatchObject({ code: "invalid_input" });
  const away = clientOf({ INFERENCE_URL: "http://127.0.0.1:1" });
  await expect(away.infer(gainRequest("p"))).rejects.toMatchObject({ code: "unavailable" });
  await expect(away.status()).rejects.toMatchObject({ code: "unavailable" });
});
