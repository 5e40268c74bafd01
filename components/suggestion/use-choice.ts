"use client";
import { useCallback, useState } from "react";
import type { Suggestion } from "@/server/contracts";

export interface Choice {
  chosenIds: string[];
  toggle: (itemId: string, isChosen: boolean) => void;
}

/** Which changes to approve. All, until a reviewer takes one out. */
export function useChoice({ suggestions }: Suggestion): Choice {
  const [leftOut, setLeftOut] = useState<ReadonlySet<string>>(new Set());
  const toggle = useCallback((itemId: string, isChosen: boolean) => {
    setLeftOut((current) => {
      const next = new Set(current);
      if (isChosen) next.delete(itemId);
      else next.add(itemId);
      return next;
    });
  }, []);
  const chosenIds = suggestions.map((item) => item.item_id).filter((id) => !leftOut.has(id));
  return { chosenIds, toggle };
}
