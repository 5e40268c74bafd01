"use client";
import { useMemo, useState } from "react";
import type { SuggestionSummary } from "@/server/contracts";

/** What is asked of the selection, to be confirmed. */
export type Asked = "approve" | "reject" | null;

export interface Selection {
  ids: readonly string[];
  has: (id: string) => boolean;
  toggle: (id: string) => void;
  set: (ids: readonly string[]) => void;
  clear: () => void;
}

/** What is ticked, of the rows that are shown: a row that has left the list is not acted on. */
export function useSelection(rows: readonly SuggestionSummary[]): Selection {
  const [ticked, setTicked] = useState<ReadonlySet<string>>(new Set());
  return useMemo(() => {
    const ids = rows.map((row) => row.suggestion_id).filter((id) => ticked.has(id));
    return {
      ids,
      has: (id) => ticked.has(id),
      toggle: (id) =>
        setTicked(
          (old) => new Set(old.has(id) ? [...old].filter((each) => each !== id) : [...old, id]),
        ),
      set: (next) => setTicked(new Set(next)),
      clear: () => setTicked(new Set()),
    };
  }, [rows, ticked]);
}
