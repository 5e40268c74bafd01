import { once } from "node:events";
import { createServer, type IncomingHttpHeaders, request } from "node:http";
import { type AddressInfo, connect } from "node:net";
import { getRequestListener } from "@hono/node-server";
import { afterAll, beforeAll, expect, test } from "vitest";
import { restApp } from "@/server/api/rest/app";
import { createHarness, type Harness } from "@/server/api/rest/testing/harness";
import type { Settings } from "@/server/platform";
import { parseTrustedProxies } from "@/server/platform/http";
import { frontDoor } from "./front-door";

const PORT = 9000;
let harness: Harness;
/** Headers of the last request that came through to the pages. */
let seen: IncomingHttpHeaders = {};

interface Door {
  ask(options: { path?: string; method?: string; headers?: Record<string, string> }): Promise<{
    status: number;
    headers: IncomingHttpHeaders;
    body: string;
  }>;
  port: number;
  close(): Promise<unknown>;
}

/** The door before the real REST routes, and a page that tells nothing but that it was reached. */
async function openDoor(settings: Partial<Settings> = {}): Promise<Door> {
  const services = { ...harness.services, settings: { ...harness.services.settings, ...settings } };
  const rest = getRequestListener((incoming) => restApp.fetch(incoming, services));
  const server = createServer(
    frontDoor(services, async (incoming, response) => {
      seen = incoming.headers;
      if (incoming.url?.startsWith("/agent")) await rest(incoming, response);
      else response.end("a page");
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  return {
    ask: ({ path = "/sign-in", method = "GET", headers = {} }) =>
      new Promise((resolve, reject) => {
        const all = { host: `localhost:${PORT}`, ...headers };
        const sent = request({ host: "127.0.0.1", port, path, method, headers: all });
        sent.once("error", reject);
        sent.once("response", async (response) => {
          const body = (await response.toArray()).join("");
          resolve({ status: response.statusCode ?? 0, headers: response.headers, body });
        });
        sent.end();
      }),
    port,
    close: () => new Promise((resolve) => server.close(resolve)),
  };
}

let door: Door;
beforeAll(async () => {
  harness = await createHarness({ settings: { PORT } });
  door = await openDoor();
});
afterAll(async () => {
  await door.close();
  await harness.drop();
});

test("pages and REST answer to this machine's own names", async () => {
  for (const host of [`localhost:${PORT}`, `127.0.0.1:${PORT}`, `[::1]:${PORT}`]) {
    expect(await door.ask({ headers: { host } })).toMatchObject({ status: 200, body: "a page" });
    const health = await door.ask({ path: "/agent/health", headers: { host } });
    expect(health.status).toBe(200);
  }
});

test.each(["/sign-in", "/", "/agent/health", "/api/auth/csrf", "/api/trpc/session.me"])(
  "another host name learns nothing of %s",
  async (path) => {
    for (const host of ["evil.example", `evil.example:${PORT}`, "localhost:1", `0.0.0.0:${PORT}`]) {
      seen = {};
      const refused = await door.ask({ path, headers: { host } });
      expect(refused.status).toBe(400);
      expect(refused.headers["content-type"]).toBe("application/problem+json");
      expect(JSON.parse(refused.body)).toMatchObject({
        code: "invalid_input",
        errors: [{ location: "header", pointer: "Host" }],
      });
      expect(seen).toEqual({});
    }
  },
);

test("production answers to PUBLIC_URL and ALLOWED_HOSTS", async () => {
  const own = await openDoor({
    PUBLIC_URL: "https://sidecar.example.org",
    ALLOWED_HOSTS: ["sidecar.internal"],
  });
  for (const host of ["sidecar.example.org", "sidecar.internal:8080"]) {
    expect((await own.ask({ headers: { host } })).status).toBe(200);
  }
  expect((await own.ask({ headers: { host: "example.org" } })).status).toBe(400);
  await own.close();
});

const FORGED = {
  "x-forwarded-for": "6.6.6.6, 203.0.113.7",
  "x-forwarded-host": "sidecar.example.org",
  "x-forwarded-proto": "https",
  "x-real-ip": "6.6.6.6",
  forwarded: "for=6.6.6.6",
};

test("nobody is believed about where a request came from, unless a proxy is trusted", async () => {
  await door.ask({ headers: FORGED });
  expect(seen).toMatchObject({
    host: `localhost:${PORT}`,
    "x-forwarded-host": `localhost:${PORT}`,
    "x-forwarded-for": "127.0.0.1",
    "x-forwarded-proto": "http",
  });
  expect(seen).not.toHaveProperty("x-real-ip");
  expect(seen).not.toHaveProperty("forwarded");
});

test.each(["1", "127.0.0.0/8"])(
  "with TRUSTED_PROXIES=%s the last entry counts",
  async (setting) => {
    const TRUSTED_PROXIES = parseTrustedProxies(setting) ?? { kind: "none" as const };
    const PUBLIC_URL = "https://sidecar.example.org";
    const behind = await openDoor({ TRUSTED_PROXIES, PUBLIC_URL });
    await behind.ask({ headers: { ...FORGED, host: "upstream" } });
    expect(seen).toMatchObject({
      host: "sidecar.example.org",
      "x-forwarded-for": "203.0.113.7",
      "x-forwarded-proto": "https",
    });
    const strange = { ...FORGED, "x-forwarded-host": "evil.example" };
    expect((await behind.ask({ headers: strange })).status).toBe(400);
    await behind.close();
  },
);

test("a page is told the address that was asked for, and no caller can choose it", async () => {
  await door.ask({ path: "/?tab=closed", headers: { "x-page": "//evil.example" } });
  expect(seen["x-page"]).toBe("/?tab=closed");
  await door.ask({ path: "/agent/health", headers: { "x-page": "//evil.example" } });
  expect(seen["x-page"]).toBeUndefined();
});

test("a page's scripts need a nonce that is new each time and that no caller can choose", async () => {
  const nonces = new Set<string | undefined>();
  for (let turn = 0; turn < 3; turn += 1) {
    const { headers } = await door.ask({
      headers: { "x-nonce": "mine", "content-security-policy": "script-src 'nonce-mine'" },
    });
    const policy = headers["content-security-policy"];
    const nonce = /script-src 'self' 'nonce-([\w+/]{22}==)' 'strict-dynamic'/.exec(
      String(policy),
    )?.[1];
    expect(nonce).toBeDefined();
    expect(seen["x-nonce"]).toBe(nonce);
    expect(seen["content-security-policy"]).toBe(policy);
    expect(policy).toMatch(/frame-ancestors 'none'/);
    expect(headers).toMatchObject({
      "x-content-type-options": "nosniff",
      "referrer-policy": "same-origin",
      "x-frame-options": "DENY",
    });
    nonces.add(nonce);
  }
  expect(nonces.size).toBe(3);
});

test("data is served with a policy that runs and frames nothing, once", async () => {
  for (const path of ["/agent/health", "/api/trpc/session.me", "/api/auth/csrf"]) {
    const { headers } = await door.ask({ path });
    expect(headers["content-security-policy"]).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(headers["referrer-policy"]).toBe("no-referrer");
    expect(headers["x-content-type-options"]).toBe("nosniff");
  }
});

test.each([
  ["TRACE", "/agent/health"],
  ["TRACE", "/sign-in"],
  ["PROPFIND", "/"],
])("%s %s is 405 with the methods there are", async (method, path) => {
  const { status, headers, body } = await door.ask({ method, path });
  expect(status).toBe(405);
  expect(headers.allow).toContain("GET");
  expect(headers["content-type"]).toBe("application/problem+json");
  expect(JSON.parse(body)).toMatchObject({ code: "method_not_allowed", instance: path });
});

test.each(["/agent/suggestions/%E0%A4%A", "/agent/suggestions/%ff", "/%", "/api/auth/%zz"])(
  "the bad escape of %s is a problem like any other",
  async (path) => {
    const { status, headers, body } = await door.ask({ path });
    expect(status).toBe(400);
    expect(headers["content-type"]).toBe("application/problem+json");
    expect(headers["x-request-id"]).toMatch(/^req-/);
    expect(JSON.parse(body)).toMatchObject({ code: "invalid_input", instance: path });
  },
);

test("a request that names a whole address instead of a path is refused", async () => {
  const { status, body } = await door.ask({ path: "http://evil.example/agent/health" });
  expect(status).toBe(400);
  expect(JSON.parse(body)).toMatchObject({ code: "invalid_input" });
});

test("what fails behind the door is a problem that tells nothing", async () => {
  const server = createServer(
    frontDoor(harness.services, async () => {
      throw new Error("password=hunter2");
    }),
  ).listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address() as AddressInfo;
  const { settings } = harness.services;
  settings.ALLOWED_HOSTS.push("127.0.0.1");
  const response = await fetch(`http://127.0.0.1:${port}/`);
  settings.ALLOWED_HOSTS.pop();
  expect(response.status).toBe(500);
  expect(await response.text()).not.toContain("hunter2");
  server.close();
});

test("a body that trickles in is answered 408 over a real connection, which is then closed", async () => {
  const slow = await openDoor({ REQUEST_BODY_SECONDS_MAX: 0.2 });
  const { key } = await harness.apiKey(["suggestion.analyze"]);
  const socket = connect(slow.port, "127.0.0.1");
  const head = [
    "POST /agent/analyze HTTP/1.1",
    `Host: localhost:${PORT}`,
    `X-API-Key: ${key}`,
    "Content-Type: application/json",
    "Content-Length: 1000",
  ];
  socket.write(`${head.join("\r\n")}\r\n\r\n{`);
  const answer = (await socket.toArray()).join("");
  expect(answer).toMatch(/^HTTP\/1\.1 408 /);
  expect(answer).toContain('"code":"request_timeout"');
  await slow.close();
});
