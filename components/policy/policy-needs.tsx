"use client";
import { useQuery } from "@tanstack/react-query";
import { CheckIcon, CircleDashedIcon } from "lucide-react";
import { RelativeTime } from "@/components/common/clock";
import { useTRPC } from "@/components/trpc/client";
import { Badge } from "@/components/ui/badge";
import type { ApprovalStatus, SuggestionState } from "@/server/contracts";

/** States in which it matters who has to approve. */
const SHOWN: readonly SuggestionState[] = ["pending", "approved", "executing"];

/** What the policy asks of a suggestion; undefined while it is not known. */
export function useApproval(suggestion: { suggestion_id: string; state: SuggestionState }) {
  const trpc = useTRPC();
  const { suggestion_id, state } = suggestion;
  const options = { enabled: SHOWN.includes(state) };
  return useQuery(trpc.policy.approval.queryOptions({ suggestion_id }, options)).data;
}

/** Needs: the approvals that are asked for and given, when it may be executed, and why. */
export function PolicyNeeds({
  suggestion,
}: {
  suggestion: { suggestion_id: string; state: SuggestionState };
}) {
  const status = useApproval(suggestion);
  if (status === undefined || !SHOWN.includes(suggestion.state)) return null;
  return <Needs status={status} />;
}

export function Needs({ status }: { status: ApprovalStatus }) {
  const { chain, window, reasons, summary, auto_approval } = status.evaluation;
  return (
    <section aria-label="Needs" className="grid gap-2 rounded-md border p-3 text-sm">
      <p className="font-medium break-words">Needs: {summary}</p>
      <ul className="flex flex-wrap gap-1.5">
        {chain.steps.map(({ role, count, given }) => (
          <li key={role}>
            <Badge tone={given >= count ? "positive" : "neutral"}>
              {given} of {count} {role}
            </Badge>
          </li>
        ))}
      </ul>
      {chain.approvals.length === 0 ? null : (
        <ul className="grid gap-1">
          {chain.approvals.map(({ by, role, why_not, comment, at }) => (
            <li key={by} className="flex gap-1.5 break-words">
              {role === null ? (
                <CircleDashedIcon className="mt-0.5 size-4 shrink-0" aria-hidden />
              ) : (
                <CheckIcon className="mt-0.5 size-4 shrink-0 text-positive" aria-hidden />
              )}
              <span className="min-w-0">
                {by}
                {role === null ? ` does not count: ${why_not}` : ` as ${role}`},{" "}
                <RelativeTime iso={at} />
                {comment === "" ? "" : `: ${comment}`}
              </span>
            </li>
          ))}
        </ul>
      )}
      {window === null ? null : (
        <p className="text-muted-foreground">
          Maintenance window {window.description}:{" "}
          {window.is_open ? (
            "open now."
          ) : window.opens_at === null ? (
            "does not open within five weeks."
          ) : (
            <>
              opens <RelativeTime iso={window.opens_at} isDeadline />.
            </>
          )}
        </p>
      )}
      {auto_approval.mode === "advise" && auto_approval.is_within_limits ? (
        <p className="text-muted-foreground">Within every limit of automatic approval.</p>
      ) : null}
      {status.you.why_not === null || status.state !== "pending" ? null : (
        <p className="text-muted-foreground">{status.you.why_not}</p>
      )}
      <details>
        <summary className="cursor-pointer text-muted-foreground">Why</summary>
        <ul className="mt-1 list-disc pl-5 text-muted-foreground">
          {reasons.map((reason) => (
            <li key={reason} className="break-words">
              {reason}
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
