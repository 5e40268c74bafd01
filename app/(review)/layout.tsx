import { headers } from "next/headers";
import { redirect } from "next/navigation";
import type { ReactNode } from "react";
import { ClockProvider } from "@/components/common/clock";
import { ModelBanner } from "@/components/model/model-banner";
import { StopBanner } from "@/components/policy/stop-banner";
import { ConnectionNotice } from "@/components/shell/connection";
import { Header } from "@/components/shell/header";
import { HotkeyProvider } from "@/components/shell/hotkeys";
import { SessionViewProvider } from "@/components/shell/session";
import { signInAddress } from "@/components/shell/sign-in-address";
import { ApiProvider } from "@/components/trpc/client";
import { LiveProvider } from "@/components/trpc/live";
import { PAGE_HEADER } from "@/server/api/http";
import { describeSession } from "@/server/api/trpc";
import { findSessionActor } from "@/server/identity";
import { webRoot } from "@/server/platform";

/** Everything but the sign-in page: a signed-in person, live data, keys. */
export default async function ReviewLayout({ children }: { children: ReactNode }) {
  // Reading the request keeps these pages out of the build: they are per person, per moment.
  const given = await headers();
  const actor = await findSessionActor({ ctx: webRoot(), input: { headers: given } });
  if (actor === null) redirect(signInAddress(given.get(PAGE_HEADER)));
  return (
    <ApiProvider>
      <ClockProvider renderedAtMs={Date.now()}>
        <SessionViewProvider session={describeSession(actor)}>
          <LiveProvider>
            <HotkeyProvider>
              <a
                href="#main"
                className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-50 focus:rounded-md focus:bg-card focus:px-3 focus:py-2"
              >
                Skip to content
              </a>
              <Header />
              <StopBanner />
              <ModelBanner />
              <main id="main" tabIndex={-1} className="mx-auto max-w-7xl px-4 py-6 sm:px-6">
                {children}
              </main>
              <ConnectionNotice />
            </HotkeyProvider>
          </LiveProvider>
        </SessionViewProvider>
      </ClockProvider>
    </ApiProvider>
  );
}
