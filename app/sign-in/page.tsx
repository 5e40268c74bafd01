import { headers } from "next/headers";
import { redirect } from "next/navigation";
import { SignInForm } from "@/components/shell/sign-in-form";
import { describeProvider, findSessionActor } from "@/server/identity";
import { webRoot } from "@/server/platform";
import { isLoopbackHost } from "@/server/platform/http";
import { readDemoUsers } from "./demo-users";
import { toLocalPath } from "./local-path";

export const metadata = { title: "Sign in" };

export default async function SignInPage(props: {
  searchParams: Promise<{ next?: string | string[]; error?: string | string[] }>;
}) {
  // First: it keeps this page out of the build, which has no settings.
  const given = await headers();
  const ctx = webRoot();
  const actor = await findSessionActor({ ctx, input: { headers: given } });
  const asked = await props.searchParams;
  const next = toLocalPath(asked.next);
  if (actor !== null) redirect(next);
  const { SIDECAR_MODE, SIDECAR_DATA_DIR } = ctx.settings;
  // The passwords of a demo are for people at this machine, whatever other names it answers to.
  const isLocal = isLoopbackHost(ctx.settings, given.get("host"));
  const users = SIDECAR_MODE === "demo" && isLocal ? await readDemoUsers(SIDECAR_DATA_DIR) : [];
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 px-4 py-12">
      <div>
        <h1 className="text-xl font-semibold tracking-tight">Sign in to Agentic Sidecar</h1>
        <p className="mt-1 text-sm text-muted-foreground">
          Review schema changes already tested on a copy of your data.
        </p>
      </div>
      <SignInForm
        next={next}
        demoUsers={users}
        failure={typeof asked.error === "string" ? asked.error : null}
        provider={describeProvider(ctx.settings)}
        takesPassword={ctx.settings.PASSWORD_SIGN_IN === "on"}
      />
    </main>
  );
}
