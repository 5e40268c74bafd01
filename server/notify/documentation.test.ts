import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { CHOSEN_EVENTS, NOTIFICATION_EVENTS } from "@/server/contracts";
import { env } from "@/server/platform";
import { sourceFiles } from "@/server/platform/testing";

const text = readFileSync("docs/notifications.md", "utf8");

const MODES = { now: "at once", digest: "digest", off: "never" };

test("the table of events is that of the program", () => {
  const rows = text
    .split("\n")
    .filter((line) => /^\| `/.test(line))
    .map((line) =>
      line
        .split("|")
        .slice(1, -1)
        .map((cell) => cell.trim()),
    );
  expect(rows).toEqual(
    CHOSEN_EVENTS.map((event) => {
      const { when, needs, byDefault } = NOTIFICATION_EVENTS[event];
      return [`\`${event}\``, when, `\`${needs}\``, MODES[byDefault]];
    }),
  );
});

/** Methods of Slack that the program calls, with the scopes that Slack asks for. */
const SCOPES: Record<string, string[]> = {
  "auth.test": [],
  "views.open": [],
  "chat.postMessage": ["chat:write"],
  "chat.update": ["chat:write"],
  "chat.postEphemeral": ["chat:write"],
  "users.info": ["users:read", "users:read.email"],
  "conversations.history": ["channels:history", "groups:history"],
  "conversations.replies": ["channels:history", "groups:history"],
};

function manifest() {
  const [, json = "{}"] = /```json\n([\s\S]*?)```/.exec(text) ?? [];
  return JSON.parse(json) as {
    oauth_config: { scopes: { bot: string[] } };
    settings: { interactivity: { request_url: string } };
  };
}

test("the manifest asks for the scopes of the methods that are called, and for no other", () => {
  const code = sourceFiles("server")
    .filter((file) => /slack/.test(file) && !/test/.test(file) && existsSync(file))
    .map((file) => readFileSync(file, "utf8"))
    .join("\n");
  const called = [...code.matchAll(/\bslack\s*\.(\w+)\s*\.(\w+)\(/g)].map(
    ([, family, method]) => `${family}.${method}`,
  );
  expect([...new Set(called)].sort()).toEqual(Object.keys(SCOPES).sort());
  const needed = new Set(Object.values(SCOPES).flat());
  expect(manifest().oauth_config.scopes.bot.sort()).toEqual([...needed].sort());
});

test("the manifest's address is a route, and every setting and path that is named exists", () => {
  const { pathname } = new URL(manifest().settings.interactivity.request_url);
  expect(existsSync(`app${pathname}/route.ts`)).toBe(true);
  const named = [...text.matchAll(/\b((?:SLACK|SMTP|MAIL|PUBLIC|WEBHOOK)_[A-Z_]+)\b/g)];
  const settings = Object.keys(env());
  expect(named.map(([, name]) => name).filter((name) => !settings.includes(name ?? ""))).toEqual(
    [],
  );
  expect(named.length).toBeGreaterThan(8);
  for (const page of ["outbox", "preferences"]) {
    expect(text).toContain(`\`/${page}\``);
    expect(existsSync(`app/(review)/${page}/page.tsx`)).toBe(true);
  }
});
