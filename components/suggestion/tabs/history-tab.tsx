"use client";
import { AuditList } from "@/components/audit/audit-list";
import { useCan } from "@/components/shell/session";
import { isOpen } from "@/server/contracts";
import { Discussion } from "../discussion";
import { FeedbackPanel } from "../feedback-panel";
import { Section } from "../frame";
import { Reviews } from "../reviews";
import type { TabProps } from "../tab-props";
import { TimelineSteps } from "../timeline-steps";

/** What became of it, who decided what, and the audit log. */
export default function HistoryTab({ suggestion }: TabProps) {
  const canReadAudit = useCan("audit.read");
  return (
    <>
      <Section id="progress" title="Progress">
        <TimelineSteps suggestion={suggestion} />
      </Section>
      <Section id="reviews" title="Reviews">
        <Reviews reviews={suggestion.reviews} isOpen={isOpen(suggestion.state)} />
      </Section>
      <Section id="comments" title="Comments">
        <Discussion suggestionId={suggestion.suggestion_id} />
      </Section>
      <FeedbackPanel suggestion={suggestion} />
      {canReadAudit ? (
        <section aria-labelledby="trail-title" className="grid gap-3">
          <h2 id="trail-title" className="text-base font-semibold tracking-tight">
            Audit log
          </h2>
          <AuditList subjectId={suggestion.suggestion_id} />
        </section>
      ) : null}
    </>
  );
}
