import { createHmac } from "node:crypto";
import fc from "fast-check";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { PublicKeySet } from "@/server/contracts";
import { getJwks, rotateSigningKey, signDetached } from "@/server/identity";
import {
  closeDatabase,
  createRoot,
  openDatabase,
  type ServiceContext,
  systemContext,
} from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { verifySignature } from "./signatures";
import { makeKey, signWith } from "./testing/peer";

let database: TestDatabase;
let ctx: ServiceContext;
beforeAll(async () => {
  database = await createTestDatabase();
  ctx = systemContext(createRoot("test", { db: database.db }), "test");
});
afterAll(() => database.drop());

const ownKeys = async () => PublicKeySet.parse(await getJwks({ ctx }));
const KEY = makeKey("key-1");
const JWKS = { keys: [KEY.jwk] };
const refusedAs = (reason: string) =>
  expect.objectContaining({ code: "unauthenticated", details: { reason } });

/** A text with one of its characters another. */
function changeAt(text: string, position: number, by: string): string {
  const at = position % text.length;
  return text[at] === by ? text : `${text.slice(0, at)}${by}${text.slice(at + 1)}`;
}

test("what is signed verifies with the published keys, over any text", async () => {
  const jwks = await ownKeys();
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "grapheme" }), async (text) => {
      const { signature, kid } = await signDetached({ ctx, input: { text } });
      expect(await verifySignature(jwks, { text, signature })).toEqual({ kid });
    }),
    { numRuns: 50 },
  );
});

test("any changed character of text or signature is refused", async () => {
  const text = JSON.stringify({ message_id: "msg-1", amount: 100, to: "åø" });
  const signature = signWith(KEY, text);
  const alphabet = "ABab019-_.{}\u00e5".split("");
  await fc.assert(
    fc.asyncProperty(
      fc.nat(),
      fc.constantFrom(...alphabet),
      fc.boolean(),
      async (position, by, isText) => {
        const changed = isText
          ? { text: changeAt(text, position, by), signature }
          : { text, signature: changeAt(signature, position, by) };
        fc.pre(changed.text !== text || changed.signature !== signature);
        await expect(verifySignature(JWKS, changed)).rejects.toThrow(
          expect.objectContaining({ code: "unauthenticated" }),
        );
      },
    ),
    { numRuns: 500 },
  );
});

const text = '{"a":1}';
const claim = (header: unknown) => Buffer.from(JSON.stringify(header)).toString("base64url");
const macWithPublicKey = () => {
  const header = claim({ alg: "HS256", kid: KEY.jwk.kid });
  const payload = Buffer.from(text).toString("base64url");
  const mac = createHmac("sha256", Buffer.from(KEY.jwk.x, "base64url"));
  return `${header}..${mac.update(`${header}.${payload}`).digest("base64url")}`;
};
const other = makeKey("key-2");

test.each<[string, () => string, string]>([
  ["none", () => `${claim({ alg: "none", kid: "key-1" })}..`, "bad_signature"],
  ["HS256 with the public key as its secret", macWithPublicKey, "bad_signature"],
  [
    "another algorithm's name over a true signature",
    () => signWith(KEY, text, { alg: "ES256", kid: "key-1" }),
    "bad_signature",
  ],
  [
    "a key of its own in the header",
    () => signWith(other, text, { alg: "EdDSA", kid: "key-1", jwk: other.jwk }),
    "bad_signature",
  ],
  [
    "an address of keys in the header",
    () => signWith(KEY, text, { alg: "EdDSA", kid: "key-1", jku: "https://evil.example/keys" }),
    "bad_signature",
  ],
  [
    "a critical extension",
    () => signWith(KEY, text, { alg: "EdDSA", kid: "key-1", crit: ["b64"], b64: false }),
    "bad_signature",
  ],
  [
    "what another kind of token is",
    () => signWith(KEY, text, { alg: "EdDSA", kid: "key-1", typ: "key-endorsement" }),
    "bad_signature",
  ],
  ["no key id", () => signWith(KEY, text, { alg: "EdDSA" }), "bad_signature"],
  ["a key that is not listed", () => signWith(other, text), "unknown_key"],
  [
    "another's key under a listed id",
    () => signWith({ ...other, jwk: KEY.jwk }, text),
    "bad_signature",
  ],
  [
    "an attached payload",
    () => signWith(KEY, text).replace("..", `.${claim({ a: 1 })}.`),
    "bad_signature",
  ],
  ["nothing", () => "", "bad_signature"],
  ["5000 characters", () => "a".repeat(5000), "bad_signature"],
])("a signature with %s is refused", async (_, make, reason) => {
  await expect(verifySignature(JWKS, { text, signature: make() })).rejects.toThrow(
    refusedAs(reason),
  );
});

test("a missing signature is told apart from a wrong one", async () => {
  await expect(verifySignature(JWKS, { text, signature: null })).rejects.toThrow(
    refusedAs("unsigned"),
  );
});

test("a text with half a character is nobody's, though its bytes are those of another text", async () => {
  const signature = signWith(KEY, '{"a":"\ufffd"}');
  await expect(verifySignature(JWKS, { text: '{"a":"\ud800"}', signature })).rejects.toThrow(
    refusedAs("bad_signature"),
  );
});

test("a rotation is followed at once; the old key verifies unless it is compromised", async () => {
  const first = await signDetached({ ctx, input: { text } });
  await rotateSigningKey({ ctx, input: {} });
  const second = await signDetached({ ctx, input: { text } });
  expect(second.kid).not.toBe(first.kid);
  expect(await verifySignature(await ownKeys(), { text, ...first })).toEqual({ kid: first.kid });
  await rotateSigningKey({ ctx, input: { is_compromised: true } });
  const jwks = await ownKeys();
  for (const { signature } of [first, second]) {
    await expect(verifySignature(jwks, { text, signature })).rejects.toThrow(
      refusedAs("unknown_key"),
    );
  }
  const third = await signDetached({ ctx, input: { text } });
  expect(await verifySignature(jwks, { text, ...third })).toEqual({ kid: third.kid });
});

test("a rotation by another process is followed soon", async () => {
  const before = await signDetached({ ctx, input: { text } });
  const db = openDatabase(database.url, 1);
  try {
    await rotateSigningKey({ ctx: systemContext(createRoot("test", { db }), "other"), input: {} });
    const kid = async () => (await signDetached({ ctx, input: { text } })).kid;
    await vi.waitFor(async () => expect(await kid()).not.toBe(before.kid), 2000);
  } finally {
    await closeDatabase(db);
  }
});

test("signing keeps the key open: many texts ask the database a few times only", async () => {
  await signDetached({ ctx, input: { text } });
  const select = vi.spyOn(ctx.db, "select");
  const begun = performance.now();
  for (let index = 0; index < 500; index += 1)
    await signDetached({ ctx, input: { text: `${index}` } });
  const quarters = (performance.now() - begun) / 250;
  expect(select.mock.calls.length).toBeLessThanOrEqual(quarters + 1);
  select.mockRestore();
});
