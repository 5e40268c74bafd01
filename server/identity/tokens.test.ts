import { decodeJwt } from "jose";
import { expect, test } from "vitest";
import { issueToken, verifyServiceToken, verifyToken } from "./tokens";

const product = { kind: "agent", subject: "agent-1", ttlSeconds: 60 } as const;

test("a token carries who, for whom and until when, and nothing about rights", async () => {
  const claims = decodeJwt(await issueToken(product));
  expect(Object.keys(claims).sort()).toEqual(["aud", "exp", "iat", "iss", "jti", "kind", "sub"]);
});

test("a service token is good for its audience only", async () => {
  const token = await issueToken({ ...product, audience: "duckdb-spawn" });
  expect(await verifyServiceToken(token, "duckdb-spawn")).toEqual({
    kind: "agent",
    subject: "agent-1",
  });
  await expect(verifyServiceToken(token, "other")).rejects.toMatchObject({
    code: "unauthenticated",
  });
  await expect(verifyToken(token)).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a person's token is no service token", async () => {
  const token = await issueToken({ ...product, kind: "user", audience: "duckdb-spawn" });
  await expect(verifyServiceToken(token, "duckdb-spawn")).rejects.toMatchObject({
    code: "unauthenticated",
  });
});

test("an expired token says so", async () => {
  const token = await issueToken({ ...product, ttlSeconds: -60 });
  await expect(verifyToken(token)).rejects.toThrow("The token has expired.");
});
