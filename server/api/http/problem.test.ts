import { expect, test } from "vitest";
import { ERROR_CODES, PROBLEMS, Problem } from "@/server/contracts";
import { AppError } from "@/server/platform";
import { methodNotAllowed, problemResponse } from "./problem";

const answerOf = (thrown: unknown) => problemResponse(thrown, "req-1", "http://x/agent/y?z=1");

test.each(ERROR_CODES)(
  "%s is a problem document with the status of the one table",
  async (code) => {
    const response = answerOf(new AppError(code, "why"));
    expect(response.status).toBe(PROBLEMS[code].status);
    expect(response.headers.get("content-type")).toBe("application/problem+json");
    const { status, title } = PROBLEMS[code];
    const type = `/reference#error-${code}`;
    expect(Problem.parse(await response.json())).toMatchObject({
      ...{ type, title, status, code, instance: "/agent/y", request_id: "req-1" },
    });
  },
);

test("what is ours to mend is not explained to callers", async () => {
  const details = { a: 1 };
  const secretive = [
    new AppError("misconfigured", "AUTH_SECRET is short", { details }),
    new Error("AUTH_SECRET is short"),
    "AUTH_SECRET is short",
  ];
  for (const thrown of secretive) {
    const response = answerOf(thrown);
    expect(response.status).toBe(500);
    expect(await response.text()).not.toMatch(/AUTH_SECRET|details/);
  }
});

test("temporary problems say when to try again, others do not", () => {
  const retryAfter = (error: AppError) => answerOf(error).headers.get("retry-after");
  expect(retryAfter(new AppError("product_unreachable", "gone"))).toBe("1");
  const details = { retry_after_seconds: 7.2 };
  expect(retryAfter(new AppError("rate_limited", "slow down", { details }))).toBe("8");
  expect(retryAfter(new AppError("conflict", "lost"))).toBeNull();
});

test("405 names the methods that would do", async () => {
  const response = answerOf(methodNotAllowed(["GET", "OPTIONS"]));
  expect(response.headers.get("allow")).toBe("GET, OPTIONS");
  expect(await response.json()).toMatchObject({ detail: "Use GET." });
});
