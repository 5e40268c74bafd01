import { ArrowLeftIcon } from "lucide-react";
import dynamic from "next/dynamic";
import Link from "next/link";
import { CodeText } from "@/components/common/blocks";
import { BasisBadge, StateBadge } from "@/components/gain/badges";
import type { Suggestion } from "@/server/contracts";
import { titleOfSuggestion } from "@/server/decision-card";
import { findExecution, findRollback, hasNoResult, labelState } from "./lifecycle";

// Asks the service which it is, after the page.
const NextSuggestion = dynamic(() => import("./next-suggestion").then((m) => m.NextSuggestion), {
  ssr: false,
});

const EditLinks = dynamic(() => import("./edit-links").then((m) => m.EditLinks));

export function SuggestionHeader({ suggestion }: { suggestion: Suggestion }) {
  const isEdited = suggestion.edited_from !== null || suggestion.edits.length > 0;
  return (
    <div className="grid grid-cols-1 gap-4">
      <nav
        aria-label="Suggestions"
        className="flex min-w-0 flex-wrap items-center justify-between gap-x-6 gap-y-2"
      >
        <Link
          href="/"
          className="inline-flex w-fit items-center gap-1 text-sm text-muted-foreground hover:text-foreground"
        >
          <ArrowLeftIcon className="size-4" aria-hidden /> Inbox
        </Link>
        <NextSuggestion suggestionId={suggestion.suggestion_id} />
      </nav>
      <div>
        <h1 className="text-xl font-semibold tracking-tight break-words">
          <CodeText text={titleOfSuggestion(suggestion)} />
        </h1>
        <p className="mt-1.5 flex flex-wrap items-center gap-2 text-xs text-muted-foreground">
          <StateBadge
            state={suggestion.state}
            rollback={findRollback(suggestion)}
            outcome={findExecution(suggestion)?.verification?.state ?? null}
            label={labelState(suggestion)}
          />
          {hasNoResult(suggestion) ? null : <BasisBadge basis={suggestion.basis} />}
          {suggestion.product_id === null ? null : (
            <span className="min-w-0 break-all">on {suggestion.product_id}</span>
          )}
          <code className="min-w-0 font-mono break-all">{suggestion.suggestion_id}</code>
        </p>
        {isEdited ? <EditLinks {...suggestion} /> : null}
      </div>
    </div>
  );
}
