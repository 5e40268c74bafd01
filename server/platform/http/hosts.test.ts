import { expect, test } from "vitest";
import { isAllowedHost, isLoopbackHost, ownOrigin } from "./hosts";

const demo = { PORT: 9000, PUBLIC_URL: undefined, ALLOWED_HOSTS: [] };
const production = {
  PORT: 9000,
  PUBLIC_URL: "https://sidecar.example.org/",
  ALLOWED_HOSTS: ["sidecar.internal", "10.0.0.5:9000"],
};

test.each(["localhost:9000", "LOCALHOST:9000", "127.0.0.1:9000", "[::1]:9000"])(
  "%s is this machine, in a demo and in production",
  (host) => {
    expect(isLoopbackHost(demo, host)).toBe(true);
    expect(isAllowedHost(demo, host)).toBe(true);
    expect(isAllowedHost(production, host)).toBe(true);
  },
);

test.each([
  "evil.example",
  "evil.example:9000",
  "localhost",
  "localhost:9001",
  "localhost.evil.example:9000",
  "evil.example@localhost:9000",
  "localhost:9000@evil.example",
  "localhost:9000/evil",
  "localhost:9000, evil.example",
  "127.0.0.1.evil.example:9000",
  "127.0.0.1:09000",
  "0.0.0.0:9000",
  "[::]:9000",
  "[:::1]:9000",
  "[::1]evil:9000",
  "localhost.:9000",
  " localhost:9000",
  "",
  ":9000",
])("a demo does not answer to the host %j", (host) => {
  expect(isAllowedHost(demo, host)).toBe(false);
});

test("no host at all is not ours", () => {
  expect(isAllowedHost(demo, null)).toBe(false);
});

test("port 80 goes unsaid", () => {
  expect(isAllowedHost({ ...demo, PORT: 80 }, "localhost")).toBe(true);
  expect(isAllowedHost({ ...demo, PORT: 80 }, "localhost:9000")).toBe(false);
});

test.each([
  ["sidecar.example.org", true],
  ["sidecar.example.org:443", true],
  ["sidecar.example.org:8443", false],
  ["other.example.org", false],
  ["sidecar.internal", true],
  ["sidecar.internal:8080", true],
  ["10.0.0.5:9000", true],
  ["10.0.0.5", false],
  ["10.0.0.5:80", false],
])("production answers to what is configured: %s %s", (host, isAllowed) => {
  expect(isAllowedHost(production, host)).toBe(isAllowed);
});

const asked = (host: string, headers: Record<string, string> = {}) => ({
  url: "http://localhost:9000/",
  headers: new Headers({ host, ...headers }),
});

test("our origin is PUBLIC_URL's for its own host, and plain http for any other", () => {
  expect(ownOrigin(production, asked("sidecar.example.org"))).toBe("https://sidecar.example.org");
  expect(ownOrigin(production, asked("sidecar.internal:8080"))).toBe(
    "http://sidecar.internal:8080",
  );
  expect(ownOrigin(demo, asked("localhost:9000"))).toBe("http://localhost:9000");
  const secure = asked("sidecar.internal", { "x-forwarded-proto": "https" });
  expect(ownOrigin(production, secure)).toBe("https://sidecar.internal");
});
