"use client";
import { ChevronRightIcon } from "lucide-react";
import Link from "next/link";
import { useId, useState } from "react";
import { CodeText } from "@/components/common/blocks";
import { GainBar } from "@/components/gain/gain-bar";
import { SqlBlock } from "@/components/sql/sql-block";
import { Input } from "@/components/ui/input";
import { Label } from "@/components/ui/label";
import { rewritesOf, type Suggestion, type SuggestionItem } from "@/server/contracts";
import { formatBounds, formatPercent, formatSignedPercent } from "@/server/format";
import { VerdictBadge } from "../gain/badges";
import { type AlternativeGroup, findAlternatives, groupAlternatives } from "./alternative-groups";
import { QueryRewrites } from "./change-sql";
import { ContinueButton } from "./continue-button";
import { describeInsert } from "./evidence-facts";
import { EvidencePanel } from "./evidence-panel";
import { MeasureButton } from "./measure-button";
import type { Actions } from "./use-decision";

interface AlternativesProps {
  suggestion: Suggestion;
  actions: Actions;
}

/** What was considered and turned down, grouped by why; "why not X?" is answered from it. */
export function Alternatives({ suggestion, actions }: AlternativesProps) {
  const [asked, setAsked] = useState("");
  const id = useId();
  const found = findAlternatives(suggestion.alternatives, asked);
  return (
    <div className="grid grid-cols-1 gap-6">
      <div className="grid gap-1.5 sm:max-w-md">
        <Label htmlFor={id}>Why not …?</Label>
        <Input
          id={id}
          type="search"
          placeholder="index status, cluster, summary …"
          value={asked}
          onChange={(event) => setAsked(event.target.value)}
        />
      </div>
      {groupAlternatives(found).map((group) => (
        <Group key={group.name} group={group} suggestion={suggestion} actions={actions} />
      ))}
      {found.length === 0 ? <NothingFound suggestion={suggestion} /> : null}
    </div>
  );
}

/** Neither suggested nor considered: it can be measured on demand. */
function NothingFound({ suggestion }: { suggestion: Suggestion }) {
  return (
    <p className="text-sm">
      The rules did not consider such a change.
      {suggestion.product_id === null ? null : (
        <>
          {" "}
          <Link href="/workload" className="text-primary underline">
            Name a change to have it tested
          </Link>{" "}
          (Workload, Test a change).
        </>
      )}
    </p>
  );
}

function Group({ group, suggestion, actions }: AlternativesProps & { group: AlternativeGroup }) {
  const titleId = `alternatives-${group.name}`;
  return (
    <section aria-labelledby={titleId} className="grid min-w-0 grid-cols-1 gap-2">
      <h3 id={titleId} className="text-sm font-semibold">
        {group.title}{" "}
        <span className="font-normal text-muted-foreground">({group.items.length})</span>
      </h3>
      <ul className="divide-y rounded-md border">
        {group.items.map((item) => (
          <Alternative key={item.item_id} item={item} suggestion={suggestion} />
        ))}
      </ul>
      {group.name === "untested" ? (
        <ContinueButton suggestion={suggestion} actions={actions} />
      ) : null}
    </section>
  );
}

function Alternative({ item, suggestion }: { item: SuggestionItem; suggestion: Suggestion }) {
  const [isOpen, setIsOpen] = useState(false);
  const isMeasured = item.evidence?.basis === "measured";
  return (
    <li data-alternative={`${item.type}:${item.table}:${item.target}`}>
      <details className="group" onToggle={(event) => setIsOpen(event.currentTarget.open)}>
        <summary className="flex list-none gap-3 px-4 py-3 hover:bg-muted/50">
          <ChevronRightIcon
            className="mt-0.5 size-4 shrink-0 text-muted-foreground transition-transform group-open:rotate-90"
            aria-hidden
          />
          <AlternativeSummary item={item} />
        </summary>
        {isOpen ? (
          <div className="grid grid-cols-1 gap-5 border-t px-4 py-4">
            <p className="text-sm break-words">{item.reason}</p>
            {item.execution_sql === "" ? null : (
              <SqlBlock sql={item.execution_sql} label={`SQL of ${item.title}`} />
            )}
            {rewritesOf(item.change).length === 0 ? null : <QueryRewrites item={item} />}
            <EvidencePanel evidence={item.evidence} label={item.title} />
            {isMeasured ? null : (
              <MeasureButton
                items={[item]}
                productId={suggestion.product_id}
                label="Measure this change"
              />
            )}
          </div>
        ) : null}
      </details>
    </li>
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
        <p className="text-sm break-words text-muted-foreground">
          <CodeText text={verdict.reason} />
        </p>
      )}
      {evidence?.basis === "measured" ? (
        <div className="flex flex-wrap items-center gap-x-4 gap-y-1 text-xs text-muted-foreground">
          <GainBar gain={evidence.workload.gain} />
          <span>
            workload {formatPercent(evidence.workload.gain.value)}{" "}
            {formatBounds(evidence.workload.gain)}
          </span>
          <span>inserts: {describeInsert(evidence.insert_cost)}</span>
          <span>storage {formatSignedPercent(evidence.storage.overhead)}</span>
        </div>
      ) : null}
    </div>
  );
}
