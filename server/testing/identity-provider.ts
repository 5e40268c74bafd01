import { once } from "node:events";
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import Provider from "oidc-provider";

export const CLIENT_ID = "agentic-sidecar";
export const CLIENT_SECRET = "a-secret-of-the-test-provider-alone";

/** What the provider says of a person; `sub` is the account's name. */
type Account = Record<string, unknown>;

export interface IdentityProvider {
  issuer: string;
  /** By account name; tests may add and change. */
  accounts: Map<string, Account>;
  close(): Promise<void>;
}

const FORM = `<!doctype html><html lang="en"><title>Sign in at the provider</title>
<form method="post"><label>Account <input name="account"></label><button>Continue</button></form>`;

async function readForm(request: IncomingMessage): Promise<URLSearchParams> {
  let text = "";
  for await (const chunk of request) text += String(chunk);
  return new URLSearchParams(text);
}

/** The provider's own pages: who somebody is, and consent without a question. */
async function interact(provider: Provider, request: IncomingMessage, response: ServerResponse) {
  const { prompt, params, session } = await provider.interactionDetails(request, response);
  if (prompt.name === "login" && request.method !== "POST") {
    response.setHeader("content-type", "text/html").end(FORM);
    return;
  }
  const merge = { mergeWithLastSubmission: true };
  if (prompt.name === "login") {
    const accountId = (await readForm(request)).get("account") ?? "";
    await provider.interactionFinished(request, response, { login: { accountId } }, merge);
    return;
  }
  const grant = new provider.Grant({
    accountId: session?.accountId ?? "",
    clientId: String(params.client_id),
  });
  grant.addOIDCScope(String(params.scope));
  const grantId = await grant.save();
  await provider.interactionFinished(request, response, { consent: { grantId } }, merge);
}

/** A real OpenID Connect provider on this machine (on a free port), for a sidecar at the given address. */
export async function startIdentityProvider(
  sidecarUrl: string,
  port = 0,
): Promise<IdentityProvider> {
  const accounts = new Map<string, Account>();
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, {
    clients: [
      {
        client_id: CLIENT_ID,
        client_secret: CLIENT_SECRET,
        redirect_uris: [`${sidecarUrl}/api/auth/callback/oidc`],
      },
    ],
    claims: { openid: ["sub", "groups"], email: ["email", "email_verified"], profile: ["name"] },
    cookies: { keys: ["a key of the test provider"] },
    features: { devInteractions: { enabled: false } },
    pkce: { required: () => true },
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    findAccount: (_, accountId) => ({
      accountId,
      claims: async () => ({ ...accounts.get(accountId), sub: accountId }),
    }),
  });
  const answer = provider.callback();
  server.on("request", (request, response) => {
    if (!request.url?.startsWith("/interaction/")) return void answer(request, response);
    interact(provider, request, response).catch((error: unknown) => {
      response.statusCode = 500;
      response.end(String(error));
    });
  });
  return {
    issuer,
    accounts,
    async close() {
      server.close();
      server.closeAllConnections();
      await once(server, "close");
    },
  };
}
