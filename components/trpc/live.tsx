"use client";
import { useQueryClient } from "@tanstack/react-query";
import { useSubscription } from "@trpc/tanstack-react-query";
import {
  createContext,
  type ReactNode,
  useCallback,
  useContext,
  useEffect,
  useRef,
  useState,
} from "react";
import { readAppCode } from "@/components/common/explain-error";
import { useRefreshLists } from "@/components/inbox/refresh-lists";
import type { LiveEvent } from "@/server/api/trpc";
import { goToSignIn, useTRPC } from "./client";

export type LiveState = "connecting" | "live" | "reconnecting";
const Live = createContext<LiveState>("connecting");

/** Whether changes reach this page by themselves right now. */
export function useLiveState(): LiveState {
  return useContext(Live);
}

/** Events come in bursts (a proof's progress); one refetch serves a burst. */
const BURST_MS = 200;

function useRefresh() {
  const trpc = useTRPC();
  const queryClient = useQueryClient();
  const refreshLists = useRefreshLists();
  return useCallback(
    (events: readonly LiveEvent[]) => {
      const topics = new Set(events.map(({ topic }) => topic));
      if (topics.has("ready")) return void queryClient.invalidateQueries();
      const keys = [];
      if (topics.has("suggestion") || topics.has("operation")) {
        const ids = events.flatMap((event) => (event.topic === "suggestion" ? [event.id] : []));
        void refreshLists([...new Set(ids)]);
        const { get, head, log } = trpc.suggestions;
        keys.push(get.pathKey(), head.pathKey(), log.pathKey());
        keys.push(trpc.operations.pathKey(), trpc.audit.pathKey());
        keys.push(
          trpc.inbox.triage.pathKey(),
          trpc.inbox.comments.pathKey(),
          trpc.results.pathKey(),
        );
        keys.push(trpc.policy.approval.pathKey(), trpc.policy.stop.pathKey());
      }
      if (topics.has("policy")) keys.push(trpc.policy.pathKey());
      if (topics.has("product")) keys.push(trpc.product.pathKey());
      if (topics.has("model")) keys.push(trpc.model.pathKey());
      if (topics.has("conversation")) keys.push(trpc.conversations.pathKey());
      if (topics.has("message")) keys.push(trpc.messages.pathKey(), trpc.agents.pathKey());
      if (topics.has("directory")) keys.push(trpc.agents.pathKey());
      if (topics.has("notification")) keys.push(trpc.notifications.list.pathKey());
      for (const queryKey of keys) void queryClient.invalidateQueries({ queryKey });
    },
    [trpc, queryClient, refreshLists],
  );
}

/** Keeps one event stream open for the whole page and refetches what an event says has changed. */
export function LiveProvider({ children }: { children: ReactNode }) {
  const trpc = useTRPC();
  const refresh = useRefresh();
  const waiting = useRef<LiveEvent[]>([]);
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const [isReady, setIsReady] = useState(false);
  const wasReady = useRef(false);

  const onData = useCallback(
    (event: LiveEvent) => {
      if (event.topic === "ready") {
        wasReady.current = true;
        setIsReady(true);
      }
      waiting.current.push(event);
      timer.current ??= setTimeout(() => {
        timer.current = undefined;
        const events = waiting.current;
        waiting.current = [];
        refresh(events);
      }, BURST_MS);
    },
    [refresh],
  );
  const subscription = useSubscription(
    trpc.events.stream.subscriptionOptions(undefined, {
      onData,
      onError(error) {
        // Signed out elsewhere, or shut out: nothing more comes by itself.
        if (readAppCode(error) === "unauthenticated") goToSignIn();
      },
      onConnectionStateChange: ({ state }) => {
        if (state !== "pending") setIsReady(false);
      },
    }),
  );
  useResetAfterError(subscription.status, subscription.reset);
  useEffect(() => () => clearTimeout(timer.current), []);
  const state = isReady ? "live" : wasReady.current ? "reconnecting" : "connecting";
  return <Live value={state}>{children}</Live>;
}

const RESET_MS = 3_000;

/** A stream the service ended with an error is not reopened by the browser: do it here. */
function useResetAfterError(status: string, reset: () => void) {
  useEffect(() => {
    if (status !== "error") return;
    const timer = setTimeout(reset, RESET_MS);
    return () => clearTimeout(timer);
  }, [status, reset]);
}
