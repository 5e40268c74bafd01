import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import { toLocalPath } from "./local-path";

describe("toLocalPath", () => {
  it("keeps a path of this site, with its query", () => {
    expect(toLocalPath("/suggestions/sugg-abc123?x=1")).toBe("/suggestions/sugg-abc123?x=1");
    expect(toLocalPath("/a/../b/./c")).toBe("/b/c");
    expect(toLocalPath("/a//b")).toBe("/a//b");
  });

  test.each([
    "//evil.example",
    "///evil.example",
    "/\\evil.example",
    "/\\/evil.example",
    "\\\\evil.example",
    "/.//evil.example",
    "/..//evil.example",
    "/%2e//evil.example",
    "/%2E%2e//evil.example",
    "/a/..//evil.example",
    "/.\\/evil.example",
    "/./\\evil.example",
    "/\t/evil.example",
    "/\n/evil.example",
    "\t//evil.example",
    "/.\t//evil.example",
    "/.//user@evil.example:80/path",
    "https://evil.example",
    "https:evil.example",
    "javascript:alert(1)",
    "",
    "evil.example",
  ])("leads %j to the inbox", (next) => {
    expect(toLocalPath(next)).toBe("/");
  });

  it("leads no path or several to the inbox", () => {
    expect(toLocalPath(undefined)).toBe("/");
    expect(toLocalPath(["/a", "/b"])).toBe("/");
  });

  it("never answers what a browser takes for another site, whatever the pieces", () => {
    const piece = fc.constantFrom(
      ...["/", "//", "\\", ".", "..", "%2e", "%2f", "%5c", "\t", "\n", "\r", "@", ":", "?", "#"],
      ...["evil.example", "http:", "javascript:", " ", "\u3002", "[::1]"],
    );
    const site = "https://sidecar.example";
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 8 }), (pieces) => {
        const path = toLocalPath(`/${pieces.join("")}`);
        expect(path).toMatch(/^\/(?![/\\])/);
        expect(new URL(path, site).origin).toBe(site);
      }),
      { numRuns: 2000 },
    );
  });
});
