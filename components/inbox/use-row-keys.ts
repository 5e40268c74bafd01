"use client";
import { useRouter } from "next/navigation";
import { type FocusEvent, useCallback, useMemo, useState } from "react";
import { valuesOf } from "@/components/common/options";
import { useHotkeys } from "@/components/shell/hotkeys";
import { INBOX_KEYS } from "@/components/shell/keys";
import { useCan } from "@/components/shell/session";
import type { SuggestionSummary } from "@/server/contracts";
import { findAfterDecision, findCurrent, findNext } from "./current-row";
import type { Asked, Selection } from "./use-selection";
import { snoozeChoices, useTriageActions } from "./use-triage";

/** The row that keys act on; a new object each time that the focus is to go there, be it the same row. */
export interface CurrentRow {
  id: string | null;
  /** The focus led here, and has no way to go. */
  hasFocus: boolean;
}

/**
 * The row that keys act on, and what is asked of the selection. It is an id: it stays on its row when rows
 * come in. Focus moves with it, so that a screen reader says where it is; and it moves with the focus, so that of
 * two quick keys the second never acts on the row that the first has left.
 */
export function useRowKeys(rows: readonly SuggestionSummary[], selection: Selection) {
  const router = useRouter();
  const { mark, snooze } = useTriageActions();
  const canDecide = useCan("suggestion.decide");
  const [row, setRow] = useState<CurrentRow>({ id: null, hasFocus: false });
  const [asked, ask] = useState<Asked>(null);
  const ids = useMemo(() => rows.map((each) => each.suggestion_id), [rows]);
  const current = useCallback(() => findCurrent(ids, row.id), [ids, row.id]);
  const onFocus = useCallback(({ target }: FocusEvent) => {
    const id = target.closest("li")?.getAttribute("data-id") ?? null;
    setRow((now) => (id === null || id === now.id ? now : { id, hasFocus: true }));
  }, []);
  /** Called before something is decided: the rows may have left the list by the time that it is. */
  const planNext = useCallback(
    (decidedIds: readonly string[]) => {
      const next = findAfterDecision(ids, current(), decidedIds);
      // Who has gone on meanwhile is not called back.
      return () => setRow((now) => (now.id === row.id ? { id: next, hasFocus: false } : now));
    },
    [ids, current, row.id],
  );
  const hotkeys = useMemo(() => {
    const move = (step: number) => setRow({ id: findNext(ids, current(), step), hasFocus: false });
    /** The selection; without one, the current row becomes it. */
    const decide = (what: Asked) => {
      if (!canDecide) return;
      if (selection.ids.length === 0) {
        const target = current();
        if (target === null) return;
        selection.set([target]);
      }
      ask(what);
    };
    const withCurrent = (run: (id: string) => void) => () => {
      const target = current();
      if (target !== null) run(target);
    };
    const open = withCurrent((target) => router.push(`/suggestions/${target}`));
    const run: Record<Exclude<keyof typeof INBOX_KEYS, "/">, () => void> = {
      j: () => move(1),
      k: () => move(-1),
      o: open,
      Enter: open,
      x: withCurrent(selection.toggle),
      a: () => decide("approve"),
      r: () => decide("reject"),
      u: withCurrent((suggestion_id) => mark.mutate({ suggestion_id, is_read: false })),
      s: withCurrent((suggestion_id) => {
        const until = snoozeChoices(new Date())[1]?.until ?? null;
        snooze.mutate({ suggestion_id, until }, { onSuccess: planNext([suggestion_id]) });
      }),
    };
    return valuesOf(run).map((key) => ({ key, label: INBOX_KEYS[key], run: run[key] }));
  }, [ids, current, planNext, selection, router, canDecide, mark.mutate, snooze.mutate]);
  useHotkeys(hotkeys);
  return { row, onFocus, asked, ask, planNext };
}
