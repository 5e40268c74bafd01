/** What next-auth's own client would send; that client is ten times as large. */
async function post(path: string, values: Record<string, string>): Promise<Response> {
  const { csrfToken } = await (await fetch("/api/auth/csrf")).json();
  const body = new URLSearchParams({ ...values, csrfToken, json: "true" });
  return fetch(`/api/auth/${path}`, { method: "POST", body });
}

async function addressIn(answer: Response): Promise<string> {
  const { url } = (await answer.json()) as { url: string };
  return url;
}

/** Signs in; null when that succeeded, else the code of what next-auth refused. */
export async function signInByPassword(email: string, password: string): Promise<string | null> {
  const callbackUrl = window.location.href;
  const answer = await post("callback/credentials", { email, password, callbackUrl });
  if (answer.ok) return null;
  return new URL(await addressIn(answer)).searchParams.get("error") ?? "unknown";
}

/** Leaves for the identity provider, which leads back to `next`. */
export async function signInByProvider(next: string): Promise<void> {
  window.location.assign(await addressIn(await post("signin/oidc", { callbackUrl: next })));
}

/** Ends the session and leaves for the sign-in page. */
export async function signOut(): Promise<void> {
  await post("signout", { callbackUrl: "/sign-in" });
  window.location.assign("/sign-in");
}
