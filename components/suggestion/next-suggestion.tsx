"use client";
import { useQuery } from "@tanstack/react-query";
import { ArrowRightIcon } from "lucide-react";
import Link from "next/link";
import { useRouter } from "next/navigation";
import { useEffect, useMemo, useState } from "react";
import { CodeText } from "@/components/common/blocks";
import { findFollowing } from "@/components/inbox/current-row";
import { listInput } from "@/components/inbox/inbox-query";
import { findTab } from "@/components/inbox/tabs";
import { useHotkeys } from "@/components/shell/hotkeys";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { focusIfAwaited, forgetAwaited, NEXT_LINK_ID } from "./focus-next";

/** So far ahead in the queue the open suggestion is looked for. */
const QUEUE_MAX = 20;

/** The suggestion that waits for review next, in the inbox's order; `n` and `j` lead there. */
export function NextSuggestion({ suggestionId }: { suggestionId: string }) {
  const router = useRouter();
  const next = useFollowing(suggestionId);
  const href = next === undefined ? null : `/suggestions/${next.suggestion_id}`;
  const hotkeys = useMemo(() => {
    if (href === null) return [];
    const run = () => router.push(href);
    return [
      { key: "n", label: "Next suggestion to review", run },
      { key: "j", label: "Next suggestion to review", run },
    ];
  }, [href, router]);
  useHotkeys(hotkeys);
  useEffect(() => {
    if (href !== null) focusIfAwaited();
  }, [href]);
  // biome-ignore lint/correctness/useExhaustiveDependencies: once for each suggestion
  useEffect(() => forgetAwaited, [suggestionId]);
  if (next === undefined || href === null) return null;
  return (
    <Link
      id={NEXT_LINK_ID}
      href={href}
      className="inline-flex w-fit max-w-full items-center gap-1 text-sm text-muted-foreground hover:text-foreground"
    >
      <span className="min-w-0 truncate">
        Next: <CodeText text={next.title} />
      </span>
      <ArrowRightIcon className="size-4 shrink-0" aria-hidden />
    </Link>
  );
}

/** undefined: nothing else waits, or this person decides nothing. */
function useFollowing(suggestionId: string) {
  const trpc = useTRPC();
  const canDecide = useCan("suggestion.decide");
  const queue = listInput({ tab: findTab("review"), view: {} });
  const { data } = useQuery({
    ...trpc.suggestions.list.queryOptions({ ...queue, limit: QUEUE_MAX }),
    enabled: canDecide,
  });
  const [remembered, remember] = useState<{ openId: string; nextId: string | null }>();
  const items = data?.items ?? [];
  const ids = items.map((item) => item.suggestion_id);
  const known = remembered?.openId === suggestionId ? remembered.nextId : null;
  const nextId = findFollowing(ids, suggestionId, known);
  const isQueued = ids.includes(suggestionId);
  useEffect(() => {
    if (isQueued) remember({ openId: suggestionId, nextId });
  }, [isQueued, suggestionId, nextId]);
  return items.find((item) => item.suggestion_id === nextId);
}
