"use client";
import { useCallback, useEffect, useState } from "react";
import type { ThemedToken } from "shiki/core";
import { cn } from "@/components/cn";

type Highlight = (sql: string) => ThemedToken[][];
let loading: Promise<Highlight> | undefined;

async function load(): Promise<Highlight> {
  const [{ createCssVariablesTheme, createHighlighterCore }, { createJavaScriptRegexEngine }, sql] =
    await Promise.all([
      import("shiki/core"),
      import("shiki/engine/javascript"),
      import("shiki/langs/sql.mjs"),
    ]);
  const highlighter = await createHighlighterCore({
    // Colours are the style sheet's variables, so one highlighting serves light and dark.
    themes: [createCssVariablesTheme({ name: "page" })],
    langs: [sql.default],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return (text) => highlighter.codeToTokensBase(text, { lang: "sql", theme: "page" });
}

/** The highlighter, loaded once and only when a page shows SQL. */
function loadHighlight(): Promise<Highlight> {
  loading ??= load();
  return loading;
}

interface HighlightedLinesProps {
  text: string;
  /** Lines that stand out, by number from 0, with the sign that stands before them. */
  marked?: { lines: ReadonlySet<number>; sign: "−" | "+" } | undefined;
}

const MARKS = {
  "−": { row: "bg-negative-soft", sign: "text-negative" },
  "+": { row: "bg-positive-soft", sign: "text-positive" },
};

/**
 * SQL line by line. Plain at first, coloured when it is no longer folded away and the highlighter has
 * come: same text, no jump.
 */
export function HighlightedLines({ text, marked }: HighlightedLinesProps) {
  const { isRendered, watch } = useRendered();
  const tokens = useHighlighted(text, isRendered);
  return text.split("\n").map((line, number) => {
    const isMarked = marked?.lines.has(number) ?? false;
    const mark = marked === undefined ? null : MARKS[marked.sign];
    return (
      <span
        // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no identity but their place
        key={number}
        ref={number === 0 ? watch : null}
        className={cn("block min-h-[1lh]", isMarked && mark?.row)}
      >
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

/** Wherever on the page, but not in a fold that is closed: most SQL of a suggestion is never opened. */
const ANYWHERE = { rootMargin: "1000000px" };

/** True from when the watched element is first laid out. */
function useRendered() {
  const [isRendered, setIsRendered] = useState(false);
  const watch = useCallback((element: Element | null) => {
    if (element === null) return;
    const observer = new IntersectionObserver((entries) => {
      if (!entries.some((entry) => entry.isIntersecting)) return;
      setIsRendered(true);
      observer.disconnect();
    }, ANYWHERE);
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return { isRendered, watch };
}

function useHighlighted(text: string, isWanted: boolean): ThemedToken[][] | null {
  const [shown, setShown] = useState<{ text: string; lines: ThemedToken[][] } | null>(null);
  useEffect(() => {
    if (!isWanted) return;
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
  }, [text, isWanted]);
  return shown?.text === text ? shown.lines : null;
}
