import { ChevronRightIcon } from "lucide-react";
import { Badge, type Tone } from "@/components/ui/badge";
import type { Finding } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { FindingDetail } from "./finding-detail";

const GROUPS: { severity: Finding["severity"]; label: string; tone: Tone }[] = [
  { severity: "critical", label: "Critical", tone: "negative" },
  { severity: "warning", label: "Warning", tone: "warning" },
  { severity: "info", label: "Info", tone: "info" },
];

const KINDS: Record<Finding["kind"], string> = {
  missing_values: "missing values",
  duplicate_key: "duplicate keys",
  orphan_rows: "orphan rows",
  outliers: "outliers",
  text_dates: "dates stored as text",
  redundant_column: "redundant column",
  undeclared_constraint: "undeclared constraint",
  memory_limit: "memory limit",
  threads: "threads",
  row_group_size: "row group size",
  row_casts: "casts row by row",
  computed_filter: "computed filter",
  text_search: "text search",
};

/** What the proof saw in the data and settings beside its candidates, the gravest first. */
export function FindingsPanel({ findings }: { findings: Finding[] }) {
  return (
    <div className="grid gap-6">
      {GROUPS.map((group) => (
        <Group
          key={group.severity}
          {...group}
          findings={findings.filter((one) => one.severity === group.severity)}
        />
      ))}
    </div>
  );
}

function Group(props: (typeof GROUPS)[number] & { findings: Finding[] }) {
  const { severity, label, tone, findings } = props;
  if (findings.length === 0) return null;
  const titleId = `findings-${severity}`;
  return (
    <section aria-labelledby={titleId} className="grid min-w-0 gap-3">
      <h3 id={titleId} className="flex flex-wrap items-center gap-2 text-sm font-semibold">
        {label}
        <Badge tone={tone}>{formatPlural(findings.length, "finding")}</Badge>
      </h3>
      <ul className="min-w-0 divide-y rounded-md border">
        {findings.map((finding) => (
          <li key={finding.finding_id} data-finding={finding.finding_id} className="min-w-0">
            <FindingRow finding={finding} isOpen={severity === "critical"} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function FindingRow({ finding, isOpen }: { finding: Finding; isOpen: boolean }) {
  return (
    <details className="group" open={isOpen}>
      <summary className="flex list-none gap-3 px-4 py-3 hover:bg-muted/50">
        <ChevronRightIcon
          className="mt-0.5 size-4 shrink-0 text-muted-foreground transition-transform group-open:rotate-90"
          aria-hidden
        />
        <span className="flex min-w-0 flex-1 flex-wrap items-center gap-x-2 gap-y-1">
          <span className="min-w-0 text-sm font-medium break-words">{finding.title}</span>
          <Badge>{KINDS[finding.kind]}</Badge>
        </span>
      </summary>
      <FindingDetail finding={finding} />
    </details>
  );
}
