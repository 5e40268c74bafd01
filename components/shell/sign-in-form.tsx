"use client";
import { useRouter } from "next/navigation";
import { type FormEvent, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { formatList } from "@/server/format";
import { signInByPassword, signInByProvider } from "./auth-requests";

interface DemoUser {
  email: string;
  password: string;
  roles: string[];
}

const WRONG = "Incorrect email or password.";
const TOO_MANY = "Too many attempts. Wait a little, then try again.";
const UNREACHABLE = "The sidecar is not responding. Check your connection and try again.";

/** What next-auth, the credentials check and the check of a provider's answer say. */
const MESSAGES: Record<string, string> = {
  CredentialsSignin: WRONG,
  rate_limited: TOO_MANY,
  email_unverified: "Your organization does not confirm your email address. Ask its support.",
  not_invited: "You have no access to this sidecar. Ask an administrator for an invitation.",
  already_linked: "Your email address belongs to another account here. Ask an administrator.",
  deactivated: "Your access was deactivated. Ask an administrator.",
  no_role: "Your organization gives you no role in this sidecar. Ask an administrator.",
};
const PROVIDER_FAILED = "The sign-in was not completed. Try again.";

interface SignInFormProps {
  next: string;
  demoUsers: DemoUser[];
  /** Why the last attempt led back here; null: there was none. */
  failure: string | null;
  /** The identity provider, where one is configured. */
  provider: { name: string } | null;
  takesPassword: boolean;
}

export function SignInForm(props: SignInFormProps) {
  const { failure, provider, takesPassword, next } = props;
  return (
    <div className="grid gap-4">
      {failure === null ? null : (
        <Alert role="alert" tone="negative" title={MESSAGES[failure] ?? PROVIDER_FAILED} />
      )}
      {provider === null ? null : <ProviderButton name={provider.name} next={next} />}
      {takesPassword ? <PasswordForm next={next} demoUsers={props.demoUsers} /> : null}
    </div>
  );
}

function ProviderButton({ name, next }: { name: string; next: string }) {
  const [state, setState] = useState<"idle" | "leaving" | "failed">("idle");
  async function leave() {
    setState("leaving");
    try {
      // Leads away on success; the fragment of the address comes back with the person.
      await signInByProvider(next + window.location.hash);
    } catch {
      setState("failed");
    }
  }
  return (
    <div className="grid gap-2">
      {state === "failed" ? <Alert role="alert" tone="negative" title={UNREACHABLE} /> : null}
      <Button disabled={state === "leaving"} onClick={() => void leave()}>
        Sign in with {name}
      </Button>
    </div>
  );
}

function PasswordForm({ next, demoUsers }: Pick<SignInFormProps, "next" | "demoUsers">) {
  const router = useRouter();
  const [email, setEmail] = useState("");
  const [password, setPassword] = useState("");
  const [isBusy, setIsBusy] = useState(false);
  const [error, setError] = useState<string | null>(null);

  async function submit(event: FormEvent) {
    event.preventDefault();
    setIsBusy(true);
    setError(null);
    try {
      const refusal = await signInByPassword(email, password);
      if (refusal === null) {
        // A redirect keeps the fragment of the address that was asked for; the server never sees it.
        router.replace(next + window.location.hash);
        router.refresh();
        return;
      }
      setError(MESSAGES[refusal] ?? UNREACHABLE);
    } catch {
      setError(UNREACHABLE);
    }
    setIsBusy(false);
  }

  return (
    <>
      <Card>
        <CardContent>
          <form onSubmit={submit} className="grid gap-4">
            {error === null ? null : <Alert role="alert" tone="negative" title={error} />}
            <Field
              label="Email"
              type="email"
              autoComplete="username"
              value={email}
              onChange={setEmail}
            />
            <Field
              label="Password"
              type="password"
              autoComplete="current-password"
              value={password}
              onChange={setPassword}
            />
            <Button type="submit" disabled={isBusy}>
              {isBusy ? "Signing in…" : "Sign in"}
            </Button>
          </form>
        </CardContent>
      </Card>
      <DemoHint
        users={demoUsers}
        onPick={(user) => {
          setEmail(user.email);
          setPassword(user.password);
        }}
      />
    </>
  );
}

/** Demo only: a press fills the form in. */
function DemoHint(props: { users: DemoUser[]; onPick: (user: DemoUser) => void }) {
  if (props.users.length === 0) return null;
  return (
    <section aria-label="Demo users" className="grid gap-2 text-sm">
      <p className="text-muted-foreground">This is a demo. Fill in as:</p>
      <ul className="grid gap-1.5">
        {props.users.map((user) => (
          <li key={user.email}>
            <Button
              variant="outline"
              className="w-full justify-between"
              onClick={() => props.onPick(user)}
            >
              {user.email}
              <span className="text-xs text-muted-foreground">{formatList(user.roles)}</span>
            </Button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Field(props: {
  label: string;
  type: "email" | "password";
  autoComplete: string;
  value: string;
  onChange: (value: string) => void;
}) {
  const { label, type, autoComplete, value } = props;
  return (
    <div className="grid gap-1.5">
      <Label htmlFor={type}>{label}</Label>
      <Input
        id={type}
        type={type}
        autoComplete={autoComplete}
        required
        value={value}
        onChange={(event) => props.onChange(event.target.value)}
      />
    </div>
  );
}
