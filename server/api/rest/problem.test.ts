import { expect, test } from "vitest";
import { methodNotAllowed, Problem } from "./problem";

test("405 is a problem that names the methods that would do", () => {
  const { status, headers, text } = methodNotAllowed(["GET", "OPTIONS"], "req-1", "/agent/health");
  expect(status).toBe(405);
  expect(headers.allow).toBe("GET, OPTIONS");
  expect(Problem.parse(JSON.parse(text))).toMatchObject({ code: "method_not_allowed" });
});
