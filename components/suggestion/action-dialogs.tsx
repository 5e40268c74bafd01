"use client";
import { CodeText } from "@/components/common/blocks";
import { useAloneAcknowledgement, useStopConfirmation } from "@/components/policy/acknowledgements";
import type { DecisionCard, Suggestion } from "@/server/contracts";
import { formatCount, formatPlural } from "@/server/format";
import { ActionDialog } from "./action-dialog";
import { CardLines } from "./card-lines";
import { partApproved } from "./lifecycle";
import type { ActionName, Actions } from "./use-decision";
import { describeApproval, describeCoverage } from "./wording";

interface ActionDialogsProps {
  suggestion: Suggestion;
  /** Of what is chosen, or was approved. */
  card: DecisionCard | null;
  chosenIds: string[];
  actions: Actions;
  open: ActionName | null;
  onClose: () => void;
}

/** The question asked before each action; one is open at most. */
export function ActionDialogs({
  suggestion,
  card,
  chosenIds,
  actions,
  open,
  onClose,
}: ActionDialogsProps) {
  const { suggestion_id, basis } = suggestion;
  const verb = basis === "estimate" ? "Acknowledge" : "Approve";
  const alone = useAloneAcknowledgement(suggestion);
  const stopped = useStopConfirmation();
  const risks = [describeCoverage(suggestion, chosenIds), alone].filter((text) => text !== null);
  return (
    <>
      <ActionDialog
        isOpen={open === "approve"}
        onClose={onClose}
        title={`${verb} ${formatPlural(chosenIds.length, "change")}`}
        description={describeApproval(suggestion, chosenIds)}
        confirmLabel={verb}
        reason="optional"
        acknowledgement={risks.length === 0 ? null : risks.join(" ")}
        onConfirm={(reason, acknowledges_coverage) =>
          actions.approve.mutate({
            suggestion_id,
            reason,
            item_ids: chosenIds,
            revision: suggestion.search.revision,
            acknowledges_coverage,
            ...(alone !== null && { acknowledges_alone: acknowledges_coverage }),
          })
        }
      >
        <CardSummary card={card} />
      </ActionDialog>
      <ActionDialog
        isOpen={open === "reject"}
        onClose={onClose}
        title="Reject this suggestion"
        description="Rejects all changes of this suggestion."
        confirmLabel="Reject"
        isDestructive
        reason="named"
        onConfirm={(reason, _, reason_code) =>
          actions.reject.mutate({ suggestion_id, reason, reason_code })
        }
      />
      <ActionDialog
        isOpen={open === "execute"}
        onClose={onClose}
        title={`Execute on ${suggestion.product_id ?? "the data product"}`}
        description="This changes the live data product."
        confirmLabel="Execute now"
        reason="none"
        onConfirm={() => actions.execute.mutate({ suggestion_id })}
      >
        <CardSummary card={card} />
        <ExecutionSteps />
        <AdviceNote suggestion={suggestion} />
      </ActionDialog>
      <ActionDialog
        isOpen={open === "keep"}
        onClose={onClose}
        title="Keep this change anyway"
        description="It regressed on the live workload. It is not rolled back automatically; you can still roll it back."
        confirmLabel="Keep anyway"
        reason="required"
        reasonHint="Shown on this page, and kept in the audit log"
        onConfirm={(reason) => actions.keep.mutate({ suggestion_id, reason })}
      />
      <ActionDialog
        isOpen={open === "reapply"}
        onClose={onClose}
        title={`Execute again on ${suggestion.product_id ?? "the data product"}`}
        description="Executes what was rolled back, if the policy and the tested schema still allow it. This changes the live data product."
        confirmLabel="Re-apply now"
        reason="required"
        reasonHint="Kept in the audit log"
        onConfirm={(reason) => actions.reapply.mutate({ suggestion_id, reason })}
      >
        <CardSummary card={card} />
      </ActionDialog>
      <ActionDialog
        isOpen={open === "revert"}
        onClose={onClose}
        title="Roll back this execution"
        description="Runs the prepared SQL that restores the previous schema and row order."
        confirmLabel="Roll back now"
        isDestructive
        reason="optional"
        acknowledgement={stopped}
        onConfirm={(reason, confirms_stop) =>
          actions.revert.mutate({
            suggestion_id,
            reason,
            ...(stopped !== null && { confirms_stop }),
          })
        }
      />
    </>
  );
}

/** The card once more, where the button is pressed. */
function CardSummary({ card }: { card: DecisionCard | null }) {
  if (card === null) return null;
  return (
    <section
      aria-label="What you decide on"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: keyboard users must be able to scroll it
      tabIndex={0}
      className="max-h-[45dvh] overflow-y-auto rounded-md border p-3"
    >
      <CardLines card={card} isNarrow />
    </section>
  );
}

/** Approved together with what runs, and not run: said before somebody waits for its effect. */
function AdviceNote({ suggestion }: { suggestion: Suggestion }) {
  const { executable, advice } = partApproved(suggestion);
  if (advice.length === 0) return null;
  const names = advice.map((item) => `“${item.title}”`).join(", ");
  return (
    <p className="text-sm">
      Only {formatPlural(executable.length, "change")} of{" "}
      {formatCount(executable.length + advice.length)} will run. For the product's developers:{" "}
      <CodeText text={names} />.
    </p>
  );
}

function ExecutionSteps() {
  return (
    <ol className="list-decimal pl-5 text-sm">
      <li>The schema is checked: it must match the schema the test ran on.</li>
      <li>The rollback is prepared and stored first.</li>
      <li>The approved statements run in one transaction, exactly once.</li>
      <li>
        The live workload is verified by the limits of the policy, which also says whether a
        regression is rolled back automatically. This page says so.
      </li>
    </ol>
  );
}
