import { headers } from "next/headers";
import { notFound, redirect } from "next/navigation";
import { settingsLinksFor } from "@/components/shell/navigation";
import { describeSession } from "@/server/api/trpc";
import { findSessionActor } from "@/server/identity";
import { webRoot } from "@/server/platform";

/** The first page of administration that this person may read. */
export default async function SettingsPage() {
  const actor = await findSessionActor({ ctx: webRoot(), input: { headers: await headers() } });
  const [first] = actor === null ? [] : settingsLinksFor(describeSession(actor).permissions);
  if (first === undefined) notFound();
  redirect(first.href);
}
