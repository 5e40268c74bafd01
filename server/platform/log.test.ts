import { expect, test } from "vitest";
import { env, setEnv } from "./env";
import { createLogger } from "./log";

test("secrets are redacted, at the top and in what is logged beside it", () => {
  setEnv({ DATABASE_URL: "postgres://sidecar:hidden-0@127.0.0.1/sidecar", LOG_LEVEL: "info" });
  const lines: string[] = [];
  const settings = env();
  const log = createLogger("test", settings, { write: (line) => lines.push(line) });
  log.info({ settings, token: "hidden-1" }, "shown");
  log.info({ ctx: { settings }, row: { sealedPrivateKey: "hidden-2", kid: "kid-1" } }, "shown");
  log.info({ request: { headers: { "x-api-key": "hidden-3", cookie: "hidden-4" } } }, "shown");
  log.info({ secrets: { session_secret: "hidden-5", auth_secret: "hidden-6" } }, "shown");
  log.info({ jwk: { kty: "OKP", d: "hidden-7" }, apiKey: "hidden-8" }, "shown");
  const text = lines.join("");
  expect(lines).toHaveLength(5);
  expect(text).not.toMatch(/hidden/);
  for (const secret of [settings.SESSION_SECRET, settings.AUTH_SECRET]) {
    expect(secret).toBeDefined();
    expect(text).not.toContain(secret);
  }
  // What is not secret stays.
  expect(text).toContain("kid-1");
  expect(text).toContain(settings.DATA_PRODUCT_ID);
});

test("no setting is logged whose name or address says that it holds a secret", () => {
  const lines: string[] = [];
  const log = createLogger("test", env(), { write: (line) => lines.push(line) });
  const holdsSecret = /(SECRET|TOKEN|PASSWORD|_KEY)$|^(DATABASE|REDIS|SMTP|MCP_BROKER)_URL$/;
  const names = Object.keys(env()).filter((name) => holdsSecret.test(name));
  expect(names).toEqual(expect.arrayContaining(["OIDC_CLIENT_SECRET", "MCP_BROKER_URL"]));
  log.info({ settings: Object.fromEntries(names.map((name) => [name, `hidden ${name}`])) });
  expect(lines.join("")).not.toMatch(/hidden \w+/);
});

test("a line stays short, whatever an error or a row holds", () => {
  const lines: string[] = [];
  const log = createLogger("test", env(), { write: (line) => lines.push(line) });
  const huge = "x".repeat(5_000_000);
  const cause = Object.assign(new Error(huge), {
    params: Array.from({ length: 90_000 }, () => huge),
  });
  log.warn({ err: new Error(`Failed query: ${huge}`, { cause }), sweep: "observe" }, "failed");
  log.warn({ issues: Array.from({ length: 90_000 }, (_, index) => ({ index })), huge }, "failed");
  for (const line of lines) expect(line.length).toBeLessThan(40_000);
  const [first, second] = lines.map((line) => JSON.parse(line));
  expect(first).toMatchObject({ sweep: "observe", err: { type: "Error" } });
  expect(first.err.message).toMatch(/^Failed query: x+… \(\d+ characters\)$/);
  expect(second.issues).toHaveLength(51);
  expect(second.issues.at(-1)).toBe("… 89950 more");
});
