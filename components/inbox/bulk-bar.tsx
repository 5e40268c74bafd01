"use client";
import { useCan } from "@/components/shell/session";
import { ActionDialog } from "@/components/suggestion/action-dialog";
import { Button } from "@/components/ui/button";
import type { BulkRequest } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { AssignMenu, SnoozeMenu } from "./triage-menus";
import type { Asked } from "./use-selection";
import { useTriageActions } from "./use-triage";

interface BulkBarProps {
  selectedIds: readonly string[];
  /** What the person is asked to confirm. */
  asked: Asked;
  onAsk: (asked: Asked) => void;
  onClear: () => void;
  /** Before a decision on these ids: what leads to the next row afterwards. */
  planNext: (decidedIds: readonly string[]) => () => void;
}

/** What takes a row off the list of what is to be reviewed. */
const DECIDING: readonly BulkRequest["action"]["kind"][] = ["approve", "reject", "snooze"];

/** What can be done to all selected suggestions at once; each is decided by itself. */
export function BulkBar({ selectedIds, asked, onAsk: setAsked, onClear, planNext }: BulkBarProps) {
  const { bulk } = useTriageActions();
  const canDecide = useCan("suggestion.decide");
  const count = formatPlural(selectedIds.length, "suggestion");
  const run = (action: BulkRequest["action"]) => {
    const goOn = DECIDING.includes(action.kind) ? planNext(selectedIds) : () => {};
    bulk.mutate(
      { suggestion_ids: [...selectedIds], action },
      {
        onSuccess: () => {
          onClear();
          goOn();
        },
      },
    );
  };
  return (
    <section
      aria-label="Selected suggestions"
      className="sticky bottom-3 z-10 flex flex-wrap items-center gap-2 rounded-lg border bg-card p-2 shadow-lg"
    >
      <span className="px-2 text-sm font-medium" role="status">
        {count} selected
      </span>
      {canDecide ? (
        <>
          <Button size="sm" disabled={bulk.isPending} onClick={() => setAsked("approve")}>
            Approve
          </Button>
          <Button
            size="sm"
            variant="destructive"
            disabled={bulk.isPending}
            onClick={() => setAsked("reject")}
          >
            Reject
          </Button>
          <AssignMenu onChoose={(assignee_id) => run({ kind: "assign", assignee_id })} />
        </>
      ) : null}
      <SnoozeMenu onChoose={(until) => run({ kind: "snooze", until })} />
      <Button size="sm" variant="outline" onClick={() => run({ kind: "mark", is_read: true })}>
        Mark as read
      </Button>
      <Button size="sm" variant="ghost" onClick={onClear}>
        Clear selection
      </Button>
      <ActionDialog
        isOpen={asked !== null}
        onClose={() => setAsked(null)}
        title={asked === "reject" ? `Reject ${count}?` : `Approve ${count}?`}
        description={
          asked === "reject"
            ? "The reason is kept with each, and shown when the same change comes back."
            : "All changes of each suggestion are approved. A suggestion that cannot be approved this way is skipped and named."
        }
        confirmLabel={asked === "reject" ? "Reject all" : "Approve all"}
        isDestructive={asked === "reject"}
        reason={asked === "reject" ? "named" : "optional"}
        onConfirm={(reason, _, reason_code) => {
          if (asked === "approve") run({ kind: asked, reason });
          if (asked === "reject") run({ kind: asked, reason, reason_code });
        }}
      />
    </section>
  );
}
