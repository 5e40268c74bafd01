import { encode } from "next-auth/jwt";
import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser } from "@/server/identity";
import { sessionCookieSecret } from "@/server/identity/session";
import { beginSession } from "@/server/identity/testing/session-cookie";
import { closeRoot, env, setEnv, systemContext, webRoot } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { createContext } from "./context";

let database: TestDatabase;
let reviewerId: string;
beforeAll(async () => {
  database = await createTestDatabase();
  setEnv({ DATABASE_URL: database.url });
  const input = { email: "rita@example.org", name: "R", password: "correct horse battery" };
  const ctx = systemContext(webRoot(), "test");
  const user = await createUser({ ctx, input: { ...input, roles: ["reviewer"] } });
  reviewerId = user.id;
});
afterAll(async () => {
  await closeRoot(webRoot());
  await database.drop();
});

async function actorWith(secret: string) {
  const sid = await beginSession(webRoot(), reviewerId);
  const token = await encode({ token: { sub: reviewerId, sid }, secret });
  const headers = new Headers({ cookie: `next-auth.session-token=${token}` });
  return (await createContext({ root: webRoot(), request: { headers } })).actor;
}

test("a session sealed with the secret a product holds is nobody's", async () => {
  expect(await actorWith(env().AUTH_SECRET ?? "")).toBeNull();
  const genuine = await actorWith(sessionCookieSecret(env()));
  expect(genuine).toMatchObject({ kind: "user", id: reviewerId, roles: ["reviewer"] });
});
