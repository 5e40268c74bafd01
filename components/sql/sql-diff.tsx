"use client";
import { useMemo } from "react";
import { diffLines } from "./diff-lines";
import { formatSql } from "./format-sql";
import { FormattedSql } from "./sql-block";

/** A query before and after, side by side where there is room; changed lines stand out. */
export function SqlDiff({
  before,
  after,
  label,
}: {
  before: string;
  after: string;
  label: string;
}) {
  const sides = useMemo(() => {
    const [old, fresh] = [formatSql(before), formatSql(after)];
    const { removed, added } = diffLines(old, fresh);
    return [
      { name: "Before", text: old, marked: { lines: removed, sign: "−" as const } },
      { name: "After", text: fresh, marked: { lines: added, sign: "+" as const } },
    ];
  }, [before, after]);
  return (
    <div className="grid grid-cols-1 gap-3 xl:grid-cols-2">
      {sides.map(({ name, text, marked }) => (
        <div key={name} className="grid min-w-0 grid-cols-1 content-start gap-1">
          <p className="text-xs font-medium text-muted-foreground">{name}</p>
          <FormattedSql text={text} marked={marked} label={`${name}: ${label}`} />
        </div>
      ))}
    </div>
  );
}
