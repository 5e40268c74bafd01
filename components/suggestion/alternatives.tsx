import { ChevronRightIcon } from "lucide-react";
import { CodeText, Empty } from "@/components/common/blocks";
import { GainBar } from "@/components/gain/gain-bar";
import { SqlBlock } from "@/components/sql/sql-block";
import { type Basis, rewritesOf, type SuggestionItem } from "@/server/contracts";
import { formatBounds, formatPercent, formatRatio, formatSignedPercent } from "@/server/format";
import { VerdictBadge } from "../gain/badges";
import { QueryRewrites } from "./change-sql";
import { EvidencePanel } from "./evidence-panel";

/** What was considered and turned down, each with the sentence and the numbers that decided. */
export function Alternatives({ items, basis }: { items: SuggestionItem[]; basis: Basis }) {
  if (items.length === 0) {
    return (
      <Empty title="No alternatives">
        {basis === "measured"
          ? "The rules found no other change worth testing."
          : "The rules found no other change in this request."}
      </Empty>
    );
  }
  return (
    <ul className="divide-y rounded-md border">
      {items.map((item) => (
        <li key={item.item_id} data-alternative={`${item.type}:${item.table}:${item.target}`}>
          <details className="group">
            <summary className="flex list-none gap-3 px-4 py-3 hover:bg-muted/50">
              <ChevronRightIcon
                className="mt-0.5 size-4 shrink-0 text-muted-foreground transition-transform group-open:rotate-90"
                aria-hidden
              />
              <AlternativeSummary item={item} />
            </summary>
            <div className="grid grid-cols-1 gap-5 border-t px-4 py-4">
              <p className="text-sm break-words">{item.reason}</p>
              {item.execution_sql === "" ? null : (
                <SqlBlock sql={item.execution_sql} label={`SQL of ${item.title}`} />
              )}
              {rewritesOf(item.change).length === 0 ? null : <QueryRewrites item={item} />}
              <EvidencePanel evidence={item.evidence} label={item.title} />
            </div>
          </details>
        </li>
      ))}
    </ul>
  );
}

function AlternativeSummary({ item }: { item: SuggestionItem }) {
  const { evidence, verdict } = item;
  return (
    <div className="grid min-w-0 flex-1 gap-1">
      <p className="flex flex-wrap items-center gap-2">
        <span className="min-w-0 text-sm font-medium break-words">
          <CodeText text={item.title} />
        </span>
        {verdict === null ? null : <VerdictBadge verdict={verdict} />}
      </p>
      {verdict === null ? null : (
        <p className="text-sm break-words text-muted-foreground">{verdict.reason}</p>
      )}
      {evidence?.basis === "measured" ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted-foreground">
          <GainBar gain={evidence.workload.gain} />
          <span>
            workload {formatPercent(evidence.workload.gain.value)}{" "}
            {formatBounds(evidence.workload.gain)}
          </span>
          <span>
            inserts{" "}
            {evidence.insert_cost ? formatRatio(evidence.insert_cost.ratio) : "not measured"}
          </span>
          <span>storage {formatSignedPercent(evidence.storage.overhead)}</span>
        </div>
      ) : null}
    </div>
  );
}
