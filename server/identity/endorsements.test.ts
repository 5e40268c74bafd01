import { generateKeyPairSync } from "node:crypto";
import { afterAll, beforeAll, expect, test } from "vitest";
import { PublicKeySet } from "@/server/contracts";
import { createRoot, env, type ServiceContext, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { endorseKey, withEndorsed } from "./endorsements";
import { signDetached } from "./sign-text";
import { getJwks, listEndorsements, rotateSigningKey } from "./signing-keys";

let database: TestDatabase;
let ctx: ServiceContext;
beforeAll(async () => {
  database = await createTestDatabase();
  ctx = systemContext(createRoot("test", { db: database.db }), "test");
});
afterAll(() => database.drop());

const active = async () => PublicKeySet.parse(await getJwks({ ctx })).keys.slice(0, 1);
const kidsOf = (keys: { kid: string }[]) => keys.map(({ kid }) => kid);

function makePair(kid: string) {
  const { publicKey, privateKey } = generateKeyPairSync("ed25519");
  const { x = "" } = publicKey.export({ format: "jwk" });
  const jwk = { kty: "OKP" as const, crv: "Ed25519" as const, x, kid };
  return { kid, jwk, privateKey };
}

test("whoever knew a key knows its successors, through any number of rotations", async () => {
  const known = await active();
  for (const is_compromised of [false, true, false]) {
    await rotateSigningKey({ ctx, input: { is_compromised } });
  }
  const endorsements = await listEndorsements({ ctx });
  expect(endorsements).toHaveLength(3);
  const [latest] = await active();
  expect(kidsOf(withEndorsed(known, endorsements))).toContain(latest?.kid);
  // One missing link ends the chain.
  expect(kidsOf(withEndorsed(known, endorsements.toSpliced(1, 1)))).not.toContain(latest?.kid);
});

test("nothing is endorsed by a stranger, by another kind of signature, or by a changed text", async () => {
  const [own, stranger, successor] = [makePair("own"), makePair("stranger"), makePair("next")];
  const forged = endorseKey({ ...stranger, kid: "own" }, successor.jwk);
  const honest = endorseKey(own, successor.jwk);
  const [header, , signed] = honest.split(".");
  const other = Buffer.from(JSON.stringify(stranger.jwk)).toString("base64url");
  const text = JSON.stringify(successor.jwk);
  const message = await signDetached({ ctx, input: { text } });
  const payload = Buffer.from(text).toString("base64url");
  const known = [own.jwk, ...(await active())];
  for (const given of [
    forged,
    `${header}.${other}.${signed}`,
    message.signature.replace("..", `.${payload}.`),
    "nonsense",
    "",
  ]) {
    expect(kidsOf(withEndorsed(known, [given]))).toEqual(kidsOf(known));
  }
  expect(kidsOf(withEndorsed(known, [honest]))).toEqual([...kidsOf(known), "next"]);
});

test("a rotation without the old private half leaves no endorsement", async () => {
  const settings = { ...env(), SESSION_SECRET: `another ${env().SESSION_SECRET}` };
  const lost = systemContext(createRoot("test", { db: database.db, settings }), "test");
  const before = await listEndorsements({ ctx });
  await rotateSigningKey({ ctx: lost, input: {} });
  expect(await listEndorsements({ ctx })).toEqual(before);
});
