"use client";
import { createContext, type ReactNode, useContext } from "react";
import type { SessionView } from "@/server/api/trpc";
import type { Permission } from "@/server/contracts";

const Session = createContext<SessionView>({ label: "", roles: [], permissions: [] });

export function SessionViewProvider(props: { session: SessionView; children: ReactNode }) {
  return <Session value={props.session}>{props.children}</Session>;
}

export function useSession(): SessionView {
  return useContext(Session);
}

/** Whether to offer an action. The service refuses it all the same when it is not allowed. */
export function useCan(permission: Permission): boolean {
  return useSession().permissions.includes(permission);
}
