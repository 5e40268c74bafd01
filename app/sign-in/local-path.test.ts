import { describe, expect, it } from "vitest";
import { toLocalPath } from "./local-path";

describe("toLocalPath", () => {
  it("keeps a path of this site", () => {
    expect(toLocalPath("/suggestions/sugg-abc123?x=1")).toBe("/suggestions/sugg-abc123?x=1");
  });
  it("never leads to another site", () => {
    for (const next of [
      "//evil.example",
      "/\\evil.example",
      "https://evil.example",
      "javascript:1",
    ]) {
      expect(toLocalPath(next)).toBe("/");
    }
    expect(toLocalPath(undefined)).toBe("/");
    expect(toLocalPath(["/a", "/b"])).toBe("/");
  });
});
