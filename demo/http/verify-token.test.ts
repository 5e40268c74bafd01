import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { type CryptoKey, exportJWK, generateKeyPair, SignJWT } from "jose";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createTokenVerifier } from "./verify-token";

const PRODUCT_ID = "duckdb-spawn";

/** A sidecar as this product sees it: published keys, and tokens signed with their other halves. */
async function createSidecar() {
  const keys: Record<string, unknown>[] = [];
  const privateKeys = new Map<string, CryptoKey>();
  let isUp = true;
  let requests = 0;
  const server = createServer((_, response) => {
    requests += 1;
    if (isUp) response.end(JSON.stringify({ keys }));
    else response.writeHead(503).end();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    server,
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/jwks.json`,
    requests: () => requests,
    setUp: (up: boolean) => {
      isUp = up;
    },
    async addKey(kid: string) {
      const { publicKey, privateKey } = await generateKeyPair("EdDSA");
      keys.unshift({ ...(await exportJWK(publicKey)), kid, alg: "EdDSA" });
      privateKeys.set(kid, privateKey);
    },
    sign(kid: string, claims: Record<string, unknown> = {}) {
      const own = { iss: "agentic-sidecar", sub: "agent-1", aud: PRODUCT_ID, jti: "j" };
      const exp = Math.floor(Date.now() / 1000) + 60;
      return new SignJWT({ ...own, exp, ...claims })
        .setProtectedHeader({ alg: "EdDSA", kid })
        .sign(privateKeys.get(kid) ?? new Uint8Array());
    },
  };
}

let sidecar: Awaited<ReturnType<typeof createSidecar>>;
beforeEach(async () => {
  sidecar = await createSidecar();
  await sidecar.addKey("k1");
});
afterEach(() => sidecar.server.close());

const verifier = (cooldownMs?: number) =>
  createTokenVerifier({
    jwksUrl: sidecar.url,
    productId: PRODUCT_ID,
    agentId: "agent-1",
    ...(cooldownMs === undefined ? {} : { cooldownMs }),
  });

test("a product that starts before the sidecar answers 503 until the keys can be had", async () => {
  sidecar.setUp(false);
  const verify = verifier();
  expect(sidecar.requests()).toBe(0);
  const token = await sidecar.sign("k1");
  await expect(verify(token)).rejects.toMatchObject({ code: "unavailable" });
  sidecar.setUp(true);
  await expect(verify(token)).resolves.toBeUndefined();
});

test("keys are kept: the sidecar is asked once, and may be down afterwards", async () => {
  const verify = verifier();
  for (let n = 0; n < 3; n += 1) await verify(await sidecar.sign("k1", { jti: `j${n}` }));
  sidecar.setUp(false);
  await verify(await sidecar.sign("k1"));
  expect(sidecar.requests()).toBe(1);
});

test("unknown key ids do not make it ask again and again", async () => {
  const verify = verifier();
  await verify(await sidecar.sign("k1"));
  await sidecar.addKey("k2");
  for (let n = 0; n < 3; n += 1) {
    await expect(verify(await sidecar.sign("k2"))).rejects.toMatchObject({
      code: "unauthenticated",
    });
  }
  expect(sidecar.requests()).toBe(1);
});

test("after a rotation and the cool-down the new key is fetched, and the old one still counts", async () => {
  const verify = verifier(0);
  const old = await sidecar.sign("k1");
  await verify(old);
  await sidecar.addKey("k2");
  await verify(await sidecar.sign("k2"));
  await verify(old);
  expect(sidecar.requests()).toBe(2);
});

test.each<[string, Record<string, unknown>]>([
  ["for another product", { aud: "another" }],
  ["for the sidecar itself", { aud: "agentic-sidecar" }],
  ["of another issuer", { iss: PRODUCT_ID }],
  ["of another agent", { sub: "agent-2" }],
  ["that has expired", { exp: Math.floor(Date.now() / 1000) - 60 }],
  ["without an end", { exp: undefined }],
  ["without an id", { jti: undefined }],
])("a token %s is refused", async (_, claims) => {
  const attempt = verifier()(await sidecar.sign("k1", claims));
  await expect(attempt).rejects.toMatchObject({ code: "unauthenticated" });
});

test("a public key used as a shared secret opens nothing", async () => {
  const response = await fetch(sidecar.url);
  const forged = await new SignJWT({
    iss: "agentic-sidecar",
    sub: "agent-1",
    aud: PRODUCT_ID,
    jti: "j",
  })
    .setProtectedHeader({ alg: "HS256", kid: "k1" })
    .setExpirationTime("1m")
    .sign(new TextEncoder().encode(await response.text()));
  await expect(verifier()(forged)).rejects.toMatchObject({ code: "unauthenticated" });
});
