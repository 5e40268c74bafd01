import { inspect } from "node:util";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createLogger, env, toAppError } from "@/server/platform";
import { FakeSlack } from "../testing/fake-slack";
import { openSlack, toSlackError } from "./client";

const TOKEN = "xoxb-a-token-that-nobody-may-see";
let slack: FakeSlack;
beforeAll(async () => {
  slack = await FakeSlack.start(TOKEN, { C0123456789: "data" });
});
afterAll(() => slack.close());

async function failWith(url: string, channel = "C0123456789") {
  const settings = { SLACK_BOT_TOKEN: TOKEN, SLACK_API_URL: url };
  const client = openSlack(settings, createLogger("test", env()));
  const posted = client?.chat.postMessage({ channel, text: "x" });
  return toSlackError(await posted?.then(() => null).catch((error: unknown) => error));
}

test("a refusal, a limit and a silent server are told apart", async () => {
  expect(await failWith(slack.url, "C9")).toMatchObject({ code: "not_executable" });
  slack.limitNext(7);
  expect(await failWith(slack.url)).toMatchObject({
    ...{ code: "rate_limited", details: { retry_after_seconds: 7 } },
  });
  slack.failNext("internal_error");
  expect(await failWith(slack.url)).toMatchObject({ code: "unavailable" });
  expect(await failWith("http://127.0.0.1:1/api/")).toMatchObject({ code: "unavailable" });
});

test("no error of a call holds the token, however deep one looks", async () => {
  for (const url of [slack.url, "http://127.0.0.1:1/api/"]) {
    const error = toAppError(await failWith(url, "C9"));
    expect(inspect(error, { depth: 20, showHidden: true })).not.toContain(TOKEN);
  }
});
