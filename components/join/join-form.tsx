"use client";
import { type FormEvent, useEffect, useState } from "react";
import { explainError } from "@/components/common/explain-error";
import { signInByPassword } from "@/components/shell/auth-requests";
import { ApiProvider, useTRPCClient } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { TextField } from "@/components/ui/field";
import type { LinkView } from "@/server/contracts";
import { formatList } from "@/server/format";

/** What the holder of a one-time link is asked, and what becomes of it. */
export function JoinForm() {
  return (
    <ApiProvider>
      <Join />
    </ApiProvider>
  );
}

type Shown = { token: string; link: LinkView } | { error: string } | null;

const MISSING = "The address holds no link. Open the link as it was sent to you, to its end.";

/** Read in the browser alone: what stands behind `#` is sent to no server. */
function useHeldLink(): Shown {
  const client = useTRPCClient();
  const [shown, setShown] = useState<Shown>(null);
  useEffect(() => {
    const token = window.location.hash.slice(1);
    if (token === "") return setShown({ error: MISSING });
    client.links.describe.mutate({ token }).then(
      (link) => setShown({ token, link }),
      (error: unknown) => setShown({ error: explainError(error).message }),
    );
  }, [client]);
  return shown;
}

function Join() {
  const shown = useHeldLink();
  if (shown === null) {
    return (
      <p role="status" className="text-sm text-muted-foreground">
        Checking the link…
      </p>
    );
  }
  if ("error" in shown) {
    return (
      <>
        <h1 className="text-xl font-semibold tracking-tight">Link not valid</h1>
        <Alert role="alert" tone="negative" title="This link cannot be used">
          {shown.error}
        </Alert>
      </>
    );
  }
  return (
    <>
      <Heading link={shown.link} />
      <UseLinkForm {...shown} />
    </>
  );
}

const TITLES: Record<LinkView["kind"], string> = {
  invitation: "Join Agentic Sidecar",
  password_reset: "Choose a new password",
  first_admin: "Create the first administrator",
};

function Heading({ link: { kind, email, roles } }: { link: LinkView }) {
  return (
    <div>
      <h1 className="text-xl font-semibold tracking-tight">{TITLES[kind]}</h1>
      <p className="mt-1 text-sm break-words text-muted-foreground">
        {email === null ? "Afterwards this link opens nothing." : `For ${email}`}
        {kind === "invitation" ? `, as ${formatList(roles)}.` : ""}
      </p>
    </div>
  );
}

function UseLinkForm({ token, link }: { token: string; link: LinkView }) {
  const client = useTRPCClient();
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);
  async function submit(event: FormEvent<HTMLFormElement>) {
    event.preventDefault();
    const given = Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>;
    setIsBusy(true);
    setError(null);
    try {
      const { email } = await client.links.use.mutate({ token, ...given });
      const { password } = given;
      if (password) await signInByPassword(email, password);
      window.location.replace(password ? "/" : "/sign-in");
    } catch (failure) {
      setError(explainError(failure).message);
      setIsBusy(false);
    }
  }
  return (
    <Card>
      <CardContent>
        <form onSubmit={submit} className="grid gap-4">
          {error === null ? null : (
            <Alert role="alert" tone="negative" title="Not done">
              {error}
            </Alert>
          )}
          {link.kind === "first_admin" ? (
            <TextField label="Email" name="email" type="email" autoComplete="username" required />
          ) : null}
          {link.kind === "password_reset" ? null : (
            <TextField label="Name" name="name" autoComplete="name" required maxLength={200} />
          )}
          {link.takes_password ? <PasswordField /> : <ProviderNote />}
          <Button type="submit" disabled={isBusy}>
            {link.kind === "password_reset" ? "Save password" : "Join"}
          </Button>
        </form>
      </CardContent>
    </Card>
  );
}

const PasswordField = () => (
  <TextField
    label="Password"
    name="password"
    type="password"
    autoComplete="new-password"
    required
    minLength={10}
    maxLength={200}
    hint="At least 10 characters."
  />
);

const ProviderNote = () => (
  <p className="text-sm text-muted-foreground">
    You sign in with your organization's account; no password is kept here.
  </p>
);
