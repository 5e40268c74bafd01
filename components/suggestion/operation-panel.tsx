import { OctagonAlertIcon, RotateCcwIcon } from "lucide-react";
import { RelativeTime } from "@/components/common/clock";
import { SqlLine } from "@/components/sql/sql-line";
import { Alert } from "@/components/ui/alert";
import { Progress } from "@/components/ui/progress";
import type { Operation } from "@/server/contracts";
import { formatMs } from "@/server/format";
import { Section } from "./frame";
import { isRunning } from "./lifecycle";
import { VerificationPanel } from "./verification-panel";
import { describeAutoRevert } from "./wording";

/** An execution or a revert: live while it runs, then what it did and what it was worth. */
export function OperationPanel(props: { operation: Operation; isRollingBack: boolean }) {
  const { operation, isRollingBack } = props;
  const isRevert = operation.kind === "revert";
  return (
    <Section
      id={operation.operation_id}
      title={isRevert ? "Rollback" : "Execution"}
      description={
        <>
          {operation.is_automatic
            ? "Started automatically"
            : `Requested by ${operation.requested_by}`}
          , <RelativeTime iso={operation.created_at} />
        </>
      }
    >
      <div
        className="grid min-w-0 grid-cols-1 gap-4"
        data-operation={operation.kind}
        data-state={operation.state}
      >
        {operation.is_automatic && isRevert ? <AutoRevertBanner operation={operation} /> : null}
        {isRunning(operation) ? <Running operation={operation} /> : null}
        {operation.error === null ? null : (
          <Alert
            role="alert"
            tone="negative"
            icon={<OctagonAlertIcon className="size-4" />}
            title={isRevert ? "The rollback failed" : "The execution failed"}
          >
            <p>{operation.error.message}</p>
          </Alert>
        )}
        <Statements operation={operation} />
        {operation.verification === null ? null : (
          <VerificationPanel
            verification={operation.verification}
            isWatched={operation.state === "executed" && !isRollingBack}
          />
        )}
      </div>
    </Section>
  );
}

function Running({ operation }: { operation: Operation }) {
  return (
    <div className="grid gap-2" aria-live="polite">
      <p className="text-sm">{operation.progress.message || "Waiting to start"}</p>
      <Progress fraction={operation.progress.fraction} label="Operation" className="h-2" />
    </div>
  );
}

function AutoRevertBanner({ operation }: { operation: Operation }) {
  const { tone, title, text } = describeAutoRevert(operation.state);
  return (
    <Alert tone={tone} icon={<RotateCcwIcon className="size-4" />} title={title}>
      <p>{text}</p>
    </Alert>
  );
}

function Statements({ operation }: { operation: Operation }) {
  if (operation.statements.length === 0) return null;
  return (
    <details>
      <summary className="w-fit text-sm font-medium text-primary">Statements that ran</summary>
      <ol className="mt-2 divide-y rounded-md border">
        {operation.statements.map((statement) => (
          <li key={statement.sql} className="flex items-start justify-between gap-4 px-3 py-2">
            <SqlLine sql={statement.sql} />
            <span className="text-xs whitespace-nowrap text-muted-foreground">
              {formatMs(statement.duration_ms)}
            </span>
          </li>
        ))}
      </ol>
    </details>
  );
}
