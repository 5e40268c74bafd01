"use client";
import { type ComponentProps, useMemo } from "react";
import { ScrollArea } from "@/components/common/scroll-area";
import { CopyButton } from "./copy-button";
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
