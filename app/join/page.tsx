import { headers } from "next/headers";
import { JoinForm } from "@/components/join/join-form";

export const metadata = { title: "Join", referrer: "no-referrer" };

/** Where one-time links lead: an invitation, a new password, the first administrator. */
export default async function JoinPage() {
  // Keeps the page out of the build, which knows no nonce for its scripts.
  await headers();
  return (
    <main className="mx-auto grid min-h-dvh w-full max-w-sm content-center gap-6 px-4 py-12">
      <JoinForm />
    </main>
  );
}
