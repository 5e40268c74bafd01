"use client";
import Link from "next/link";
import { CodeText } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { Badge } from "@/components/ui/badge";
import { type Explanation, isAdvice, type SuggestionItem } from "@/server/contracts";
import { EvidencePanel } from "./evidence-panel";
import { FactorBars } from "./factor-bars";
import { Part } from "./frame";
import { RiskPanel } from "./risk-panel";
import { describeImpact } from "./wording";

interface ChangeItemProps {
  item: SuggestionItem;
  /** Several changes: each one's measurements wait behind a click. */
  isOneOfSeveral: boolean;
}

/** One proposed change with everything a reviewer needs to judge it. */
export function ChangeItem({ item, isOneOfSeveral }: ChangeItemProps) {
  return (
    <article className="grid min-w-0 grid-cols-1 gap-6" aria-labelledby={`${item.item_id}-title`}>
      <ItemHeader item={item} />
      <Part title="Expected impact">
        <EvidencePanel evidence={item.evidence} label={item.title} isFolded={isOneOfSeveral} />
      </Part>
      <div className="grid gap-6 lg:grid-cols-2">
        <Part title="Decision factors">
          <FactorBars factors={item.decision_factors} />
          <Drawbacks texts={item.drawbacks} />
        </Part>
        <Part title="Risks">
          <RiskPanel risk={item.risk} />
        </Part>
      </div>
    </article>
  );
}

function ItemHeader({ item }: Pick<ChangeItemProps, "item">) {
  const titleId = `${item.item_id}-title`;
  return (
    <div className="flex gap-3">
      <div className="min-w-0 break-words">
        <h3 id={titleId} className="font-semibold">
          <CodeText text={item.title} />
        </h3>
        <p className="mt-1 flex flex-wrap items-center gap-x-2 gap-y-1 text-xs text-muted-foreground">
          <code className="min-w-0 font-mono break-all">
            {item.target === "" ? item.table : `${item.table}.${item.target}`}
          </code>
          <span>{describeImpact(item.estimated_impact)}</span>
          {isAdvice(item.change) ? <Badge tone="info">for developers</Badge> : null}
          {item.is_approved === null ? null : (
            <Badge tone={item.is_approved ? "positive" : "neutral"}>
              {item.is_approved ? "approved" : "not approved"}
            </Badge>
          )}
        </p>
        <p className="mt-2 text-sm">{item.reason}</p>
        {item.explanation === null ? null : <Words explanation={item.explanation} />}
        {item.rejected_before === null ? null : <RejectedBefore rejection={item.rejected_before} />}
        {item.reverted_before === null ? null : <RevertedBefore revert={item.reverted_before} />}
      </div>
    </div>
  );
}

type Rejection = NonNullable<SuggestionItem["rejected_before"]>;

/** Somebody turned this very change down before: why, before it is decided on again. */
function RejectedBefore({ rejection }: { rejection: Rejection }) {
  return (
    <p className="mt-2 text-sm text-warning">
      <Link href={`/suggestions/${rejection.suggestion_id}`} className="underline">
        Rejected before
      </Link>{" "}
      by {rejection.reviewer}, <RelativeTime iso={rejection.at} />: {rejection.reason}
    </p>
  );
}

type Revert = NonNullable<SuggestionItem["reverted_before"]>;

/** This very change was executed and rolled back: when and why, and what is different now. */
export function RevertedBefore({ revert }: { revert: Revert }) {
  const { suggestion_id, by, is_automatic, at, outcome, changes_since } = revert;
  return (
    <p className="mt-2 text-sm text-warning">
      <Link href={`/suggestions/${suggestion_id}`} className="underline">
        Executed before and rolled back
      </Link>{" "}
      {is_automatic ? "automatically" : `by ${by}`}, <RelativeTime iso={at} />.{" "}
      {outcome === null ? "The live workload had shown no clear effect by then." : outcome} Since
      then: {changes_since.length === 0 ? "no known change." : changes_since.join(" ")}
    </p>
  );
}

/** Plain words, marked by who chose them; their figures are the evidence's. */
function Words({ explanation }: { explanation: Explanation }) {
  return (
    <p className="mt-2 text-sm">
      {explanation.text}{" "}
      <Badge tone="neutral">
        {explanation.by === "model" ? "Written by the model" : "Written by rules"}
      </Badge>
    </p>
  );
}

function Drawbacks({ texts }: { texts: string[] }) {
  if (texts.length === 0) return null;
  return (
    <ul className="list-disc pl-5 text-sm break-words text-warning">
      {texts.map((text) => (
        <li key={text}>{text}</li>
      ))}
    </ul>
  );
}
