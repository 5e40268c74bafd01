"use client";
import { CheckIcon, CopyIcon } from "lucide-react";
import { type ComponentProps, useEffect, useMemo, useState } from "react";
import { ScrollArea } from "@/components/common/blocks";
import { Button } from "@/components/ui/button";
import { formatSql } from "./format-sql";
import { HighlightedLines } from "./highlighted-lines";

/** Formatted SQL. */
export function SqlBlock({ sql, label }: { sql: string; label: string }) {
  const text = useMemo(() => formatSql(sql), [sql]);
  return <FormattedSql text={text} label={label} />;
}

/** SQL that is laid out already, with the lines that changed. */
export function FormattedSql(props: ComponentProps<typeof HighlightedLines> & { label: string }) {
  return (
    <div className="relative rounded-md border bg-muted/60">
      <ScrollArea
        label={props.label}
        className="max-h-96 p-3 pr-12 text-[0.8125rem] leading-relaxed"
      >
        <code className="block w-fit min-w-full">
          <HighlightedLines text={props.text} marked={props.marked} />
        </code>
      </ScrollArea>
      <CopyButton text={props.text} label={props.label} />
    </div>
  );
}

const COPIED_MS = 1500;

/** Copies a text; lies in the corner of its container. */
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
