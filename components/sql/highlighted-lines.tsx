"use client";
import { useEffect, useState } from "react";
import type { ThemedToken } from "shiki/core";
import { cn } from "@/components/cn";
import { loadHighlight } from "./highlight";

interface HighlightedLinesProps {
  text: string;
  /** Lines that stand out, by number from 0, with the sign that stands before them. */
  marked?: { lines: ReadonlySet<number>; sign: "−" | "+" } | undefined;
}

const MARKS = {
  "−": { row: "bg-negative-soft", sign: "text-negative" },
  "+": { row: "bg-positive-soft", sign: "text-positive" },
};

/** SQL line by line. Plain at first, coloured when the highlighter has come: same text, no jump. */
export function HighlightedLines({ text, marked }: HighlightedLinesProps) {
  const tokens = useHighlighted(text);
  return text.split("\n").map((line, number) => {
    const isMarked = marked?.lines.has(number) ?? false;
    const mark = marked === undefined ? null : MARKS[marked.sign];
    return (
      // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no identity but their place
      <span key={number} className={cn("block min-h-[1lh]", isMarked && mark?.row)}>
        {marked === undefined ? null : (
          <span className={cn("inline-block w-4 select-none", mark?.sign)}>
            {isMarked ? marked.sign : " "}
          </span>
        )}
        {tokens === null ? line : <Tokens tokens={tokens[number] ?? []} />}
        {"\n"}
      </span>
    );
  });
}

function Tokens({ tokens }: { tokens: ThemedToken[] }) {
  return tokens.map((token) => (
    <span key={token.offset} style={{ color: token.color }}>
      {token.content}
    </span>
  ));
}

function useHighlighted(text: string): ThemedToken[][] | null {
  const [shown, setShown] = useState<{ text: string; lines: ThemedToken[][] } | null>(null);
  useEffect(() => {
    let isCurrent = true;
    loadHighlight()
      .then((highlight) => {
        if (isCurrent) setShown({ text, lines: highlight(text) });
      })
      // Uncoloured SQL is complete SQL.
      .catch(() => {});
    return () => {
      isCurrent = false;
    };
  }, [text]);
  return shown?.text === text ? shown.lines : null;
}
