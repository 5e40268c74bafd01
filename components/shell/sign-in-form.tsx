"use client";
import { useRouter } from "next/navigation";
import { signIn } from "next-auth/react";
import { type FormEvent, useState } from "react";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardContent } from "@/components/ui/card";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { formatList } from "@/server/format";

interface DemoUser {
  email: string;
  password: string;
  roles: string[];
}

const WRONG = "Incorrect email or password.";
const TOO_MANY = "Too many attempts. Wait a little, then try again.";
const UNREACHABLE = "The sidecar is not responding. Check your connection and try again.";

/** What next-auth and the credentials check answer with. */
const MESSAGES: Record<string, string> = { CredentialsSignin: WRONG, rate_limited: TOO_MANY };

export function SignInForm({ next, demoUsers }: { next: string; demoUsers: DemoUser[] }) {
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
      const answer = await signIn("credentials", { redirect: false, email, password });
      if (answer?.ok) {
        // A redirect keeps the fragment of the address that was asked for; the server never sees it.
        router.replace(next + window.location.hash);
        router.refresh();
        return;
      }
      setError(MESSAGES[answer?.error ?? ""] ?? UNREACHABLE);
    } catch {
      setError(UNREACHABLE);
    }
    setIsBusy(false);
  }

  return (
    <div className="grid gap-4">
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
    </div>
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
