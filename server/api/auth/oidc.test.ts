import { afterAll, beforeAll, expect, test } from "vitest";
import { createUser, invitePerson } from "@/server/identity";
import { createRoot, env, type Root, systemContext } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import {
  CLIENT_ID,
  CLIENT_SECRET,
  type IdentityProvider,
  startIdentityProvider,
} from "@/server/testing/identity-provider";
import { handleTrpcRequest } from "../trpc/handle-request";
import { handleAuthRequest } from "./handle-request";

const SITE = "http://sidecar.test:9000";
let database: TestDatabase;
let root: Root;
let provider: IdentityProvider;

beforeAll(async () => {
  database = await createTestDatabase();
  provider = await startIdentityProvider(SITE);
  const settings = {
    ...env(),
    ...{ PUBLIC_URL: undefined, OIDC_ISSUER: provider.issuer },
    ...{ OIDC_CLIENT_ID: CLIENT_ID, OIDC_CLIENT_SECRET: CLIENT_SECRET },
  };
  root = createRoot("test", { db: database.db, settings });
});
afterAll(async () => {
  await provider.close();
  await database.drop();
});

/** Cookies by origin, as a browser keeps them. */
function createJar() {
  const jars = new Map<string, Map<string, string>>();
  const jarOf = (origin: string) => jars.get(origin) ?? new Map<string, string>();
  return {
    headerFor: (url: URL) =>
      [...jarOf(url.origin)].map(([name, value]) => `${name}=${value}`).join("; "),
    keep(url: URL, response: Response) {
      const jar = jarOf(url.origin);
      for (const line of response.headers.getSetCookie()) {
        const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
        if (value === "") jar.delete(name);
        else jar.set(name, value);
      }
      jars.set(url.origin, jar);
    },
  };
}

/** A browser of the sidecar and of the provider. */
function browser() {
  const jar = createJar();
  async function send(address: string | URL, init: RequestInit = {}): Promise<Response> {
    const url = new URL(address, SITE);
    const headers = new Headers({ cookie: jar.headerFor(url), ...init.headers });
    const given = { ...init, headers, redirect: "manual" as const };
    const isOurs = url.origin === SITE;
    if (isOurs) headers.set("host", "sidecar.test:9000");
    if (isOurs && init.method === "POST") headers.set("origin", SITE);
    const response = isOurs
      ? await handleAuthRequest(new Request(url, given), root)
      : await fetch(url, given);
    jar.keep(url, response);
    return response;
  }
  /** Presses the button; answers where the provider is. */
  async function leave(callbackUrl = "/"): Promise<string> {
    const { csrfToken } = await (await send("/api/auth/csrf")).json();
    const body = new URLSearchParams({ csrfToken, json: "true", callbackUrl });
    const answer = await send("/api/auth/signin/oidc", { method: "POST", body });
    return (await answer.json()).url;
  }
  /** Signs in at the provider as this account; answers the address that leads back. */
  async function pass(address: string, account: string): Promise<string> {
    let url = new URL(address);
    for (let step = 0; step < 10 && url.origin !== SITE; step += 1) {
      const shown = await send(url);
      const isForm = shown.status === 200;
      const body = new URLSearchParams({ account });
      const answer = isForm ? await send(url, { method: "POST", body }) : shown;
      url = new URL(answer.headers.get("location") ?? "", url);
    }
    return url.href;
  }
  async function whoIs() {
    const headers = { cookie: jar.headerFor(new URL(SITE)), host: "sidecar.test:9000" };
    const request = new Request(`${SITE}/api/trpc/session.me`, { headers });
    const answer = await handleTrpcRequest(request, root);
    return answer.status === 200 ? (await answer.json()).result.data.json.label : answer.status;
  }
  const signIn = async (account: string) => {
    const back = await send(await pass(await leave("/workload"), account));
    return back.headers.get("location");
  };
  return { send, leave, pass, whoIs, signIn };
}

const addPerson = (email: string) =>
  createUser({
    ctx: systemContext(root, "test"),
    input: { email, name: "N", password: "correct horse battery", roles: ["viewer"] },
  });

test("a person signs in at the provider and is led to the page that was asked for", async () => {
  await addPerson("ann@example.org");
  provider.accounts.set("ann", { email: "ann@example.org", email_verified: true, name: "Ann" });
  const { signIn, whoIs } = browser();
  expect(await signIn("ann")).toBe(`${SITE}/workload`);
  expect(await whoIs()).toBe("ann@example.org");
});

test("an invited person comes in; one who was not is told so, and has no session", async () => {
  const input = { email: "bob@example.org", roles: ["reviewer" as const] };
  await invitePerson({ ctx: systemContext(root, "test"), input });
  provider.accounts.set("bob", { email: "bob@example.org", email_verified: true });
  provider.accounts.set("eve", { email: "eve@example.org", email_verified: true });
  const [bob, eve] = [browser(), browser()];
  await bob.signIn("bob");
  expect(await bob.whoIs()).toBe("bob@example.org");
  expect(await eve.signIn("eve")).toMatch(/\/sign-in\?error=not_invited$/);
  expect(await eve.whoIs()).toBe(401);
});

test("an address that the provider did not verify takes nobody's account", async () => {
  await addPerson("victim@example.org");
  provider.accounts.set("thief", { email: "victim@example.org", email_verified: false });
  const thief = browser();
  expect(await thief.signIn("thief")).toMatch(/error=email_unverified$/);
  expect(await thief.whoIs()).toBe(401);
});

test("a provider's answer opens nothing in a browser that did not ask for it, nor twice", async () => {
  await addPerson("carl@example.org");
  provider.accounts.set("carl", { email: "carl@example.org", email_verified: true });
  const [carl, mallory] = [browser(), browser()];
  const back = await carl.pass(await carl.leave(), "carl");
  const forged = await mallory.send(back);
  expect(forged.headers.get("location")).toMatch(/\/error\?error=OAuthCallback$/);
  expect(await mallory.whoIs()).toBe(401);
  await carl.send(back);
  expect(await carl.whoIs()).toBe("carl@example.org");
  const replayed = await browser().send(back);
  expect(replayed.headers.get("location")).toMatch(/\/error\?error=OAuthCallback$/);
});

test("where nothing is configured, or passwords are off, those routes do not exist", async () => {
  const { settings } = root;
  const status = async (path: string, method: string) =>
    (await browser().send(`/api/auth/${path}`, { method })).status;
  root.settings = { ...settings, OIDC_ISSUER: undefined };
  expect(await status("callback/oidc", "GET")).toBe(404);
  expect(await status("signin/oidc", "POST")).toBe(404);
  root.settings = { ...settings, PASSWORD_SIGN_IN: "off" };
  expect(await status("callback/credentials", "POST")).toBe(404);
  const shown = await (await browser().send("/api/auth/providers")).json();
  expect(Object.keys(shown)).toEqual(["oidc"]);
  root.settings = settings;
});

test("a provider that cannot be reached is a message on the sign-in page", async () => {
  const { settings } = root;
  root.settings = { ...settings, OIDC_ISSUER: "http://127.0.0.1:1" };
  expect(await browser().leave()).toMatch(/\/error\?error=OAuthSignin$/);
  root.settings = settings;
});
