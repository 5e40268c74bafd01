"use client";
import { useQuery } from "@tanstack/react-query";
import { PencilIcon, TriangleAlertIcon } from "lucide-react";
import dynamic from "next/dynamic";
import { useSearchParams } from "next/navigation";
import { useState } from "react";
import { PageTitle } from "@/components/common/blocks";
import { RelativeTime } from "@/components/common/clock";
import { QueryError } from "@/components/common/query-states";
import { RowsSkeleton } from "@/components/inbox/suggestion-row";
import { useCan } from "@/components/shell/session";
import { useTRPC } from "@/components/trpc/client";
import { Alert } from "@/components/ui/alert";
import { Button } from "@/components/ui/button";
import { Card, CardContent, CardDescription, CardHeader, CardTitle } from "@/components/ui/card";
import type { PolicyView, Requirement } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { describeCondition, describeDemand, describeRegression } from "./describe-policy";
import { SimulationReport } from "./simulation-report";
import { StopPanel } from "./stop-panel";
import { VersionList } from "./version-list";

// With the schema that checks a draft: loaded when somebody edits.
const PolicyForm = dynamic(() => import("./policy-form").then((module) => module.PolicyForm), {
  loading: () => <RowsSkeleton />,
});

/** Who approves what; an administrator edits it here. */
export function PoliciesView() {
  const trpc = useTRPC();
  const query = useQuery(trpc.policy.get.queryOptions());
  const canManage = useCan("policy.manage");
  // A link to a limit opens the form with it.
  const isAsked = useSearchParams().get("edit") !== null;
  const [isEditing, setIsEditing] = useState(isAsked && canManage);
  if (query.isPending) return <RowsSkeleton />;
  if (query.data === undefined) {
    return <QueryError error={query.error} onRetry={() => void query.refetch()} />;
  }
  const view = query.data;
  return (
    <>
      <PageTitle
        title="Policies"
        lead="Who approves a change, when it may be executed, and what is approved automatically."
      >
        {canManage && !isEditing ? (
          <Button onClick={() => setIsEditing(true)}>
            <PencilIcon aria-hidden /> Edit policy
          </Button>
        ) : null}
      </PageTitle>
      <div className="grid gap-5">
        <StopPanel />
        {isEditing ? (
          <PolicyForm view={view} onDone={() => setIsEditing(false)} />
        ) : (
          <>
            <PolicySummary view={view} />
            <SimulationReport policy={view.policy} />
            <VersionList />
          </>
        )}
      </div>
    </>
  );
}

function PolicySummary({ view }: { view: PolicyView }) {
  const { policy, version, people, warnings } = view;
  return (
    <Card>
      <CardHeader>
        <CardTitle>{version === null ? "Default policy" : `Version ${version}`}</CardTitle>
        <CardDescription>
          {view.created_at === null ? (
            describeDefault(people.reviewer)
          ) : (
            <>
              {view.comment} · {view.created_by}, <RelativeTime iso={view.created_at} />
            </>
          )}
        </CardDescription>
      </CardHeader>
      <CardContent className="grid gap-4">
        {warnings.map((warning) => (
          <Alert
            key={warning}
            tone="warning"
            icon={<TriangleAlertIcon className="size-4" />}
            title={warning}
          />
        ))}
        <Demand title="Every change" demand={policy.base} />
        {policy.rules.map((rule) => (
          <Demand
            key={rule.name}
            title={rule.name}
            when={describeCondition(rule.when)}
            demand={rule}
          />
        ))}
        <div>
          <h3 className="text-sm font-medium">Automatic approval</h3>
          <p className="text-sm text-muted-foreground">{describeAutomatic(policy.auto_approval)}</p>
        </div>
        <div id="regression">
          <h3 className="text-sm font-medium">Regressions</h3>
          <p className="text-sm text-muted-foreground">{describeRegression(policy.regression)}</p>
        </div>
        <p className="border-t pt-3 text-xs text-muted-foreground">
          Can sign in and approve:{" "}
          {formatPlural(people.reviewer, "person as reviewer", "people as reviewer")},{" "}
          {people.operator} as operator, {people.admin} as admin. An admin may give any approval.
        </p>
      </CardContent>
    </Card>
  );
}

function describeDefault(approverCount: number): string {
  return approverCount >= 2
    ? "No policy is stored. High-risk and irreversible changes need two people who may approve."
    : "No policy is stored. Only one person may approve here, so high-risk and irreversible changes need that person's explicit acknowledgement instead of a second approval.";
}

function describeAutomatic({ mode }: PolicyView["policy"]["auto_approval"]): string {
  switch (mode) {
    case "off":
      return "Off: people decide.";
    case "observe":
      return "Observes: the simulation counts what it would have approved.";
    case "advise":
      return "Advises: the suggestion says whether it is within the limits.";
    case "act":
      return "Acts: what is within every limit is approved automatically. Executing stays with operators.";
  }
}

function Demand(props: { title: string; when?: string; demand: Requirement }) {
  const demands = describeDemand(props.demand);
  return (
    <div>
      <h3 className="text-sm font-medium break-words">{props.title}</h3>
      <p className="text-sm text-muted-foreground">
        {props.when === undefined ? "" : `${props.when}. `}
        {demands.length === 0 ? "No further demand." : demands.join(" ")}
      </p>
    </div>
  );
}
