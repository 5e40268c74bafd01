"use client";
import { CheckIcon, CopyIcon } from "lucide-react";
import { Fragment, useEffect, useMemo, useState } from "react";
import type { ThemedToken } from "shiki/core";
import { ScrollArea } from "@/components/common/scroll-area";
import { Button } from "@/components/ui/button";
import { formatSql } from "./format-sql";
import { loadHighlight } from "./highlight";

/** Formatted SQL. Plain at first, coloured when the highlighter has come: same text, no jump. */
export function SqlBlock({ sql, label }: { sql: string; label: string }) {
  const text = useMemo(() => formatSql(sql), [sql]);
  const lines = useHighlighted(text);
  return (
    <div className="relative rounded-md border bg-muted/60">
      <ScrollArea label={label} className="max-h-96 p-3 pr-12 text-[0.8125rem] leading-relaxed">
        <code>{lines === null ? text : <Lines lines={lines} />}</code>
      </ScrollArea>
      <CopyButton text={text} label={label} />
    </div>
  );
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

function Lines({ lines }: { lines: ThemedToken[][] }) {
  return lines.map((line, index) => (
    // biome-ignore lint/suspicious/noArrayIndexKey: lines of one text have no identity but their place
    <Fragment key={index}>
      {index === 0 ? null : "\n"}
      {line.map((token) => (
        <span key={token.offset} style={{ color: token.color }}>
          {token.content}
        </span>
      ))}
    </Fragment>
  ));
}

const COPIED_MS = 1500;

function CopyButton({ text, label }: { text: string; label: string }) {
  const [isCopied, setIsCopied] = useState(false);
  useEffect(() => {
    if (!isCopied) return;
    const timer = setTimeout(() => setIsCopied(false), COPIED_MS);
    return () => clearTimeout(timer);
  }, [isCopied]);
  return (
    <Button
      variant="ghost"
      size="icon"
      className="absolute top-1 right-1 size-8"
      aria-label={isCopied ? "Copied" : `Copy: ${label}`}
      onClick={() => {
        void navigator.clipboard.writeText(text).then(() => setIsCopied(true));
      }}
    >
      {isCopied ? <CheckIcon aria-hidden /> : <CopyIcon aria-hidden />}
    </Button>
  );
}
