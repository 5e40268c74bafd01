import { type Operation, RevertRequest } from "@/server/contracts";
import { formatMs } from "@/server/format";
import type { Answer, CliCommand } from "../command";

function answerOf(operation: Operation): Answer {
  const { operation_id, suggestion_id, kind, state, progress, error } = operation;
  const lines = [`${operation_id}  ${kind} of ${suggestion_id}  ${state}  ${progress.message}`];
  for (const { sql, duration_ms } of operation.statements) {
    lines.push(`  ${formatMs(duration_ms)}  ${sql}`);
  }
  if (error !== null) lines.push(`  failed: ${error.message}`);
  return { data: operation, lines };
}

export function defineExecute(command: CliCommand): void {
  command.argument("<suggestion_id>").answers("Operation", async ({ ctx, arg }) => {
    const { requestExecution } = await import("@/server/execution");
    const input = { suggestion_id: arg("suggestion_id") };
    return answerOf(await requestExecution({ ctx, input }));
  });
}

export function defineRollback(command: CliCommand): void {
  command
    .argument("<suggestion_id>")
    .option("--confirm-stop", "although the emergency stop is on")
    .option("--reason <text>", "why, for the audit log")
    .answers("Operation", async ({ ctx, arg, options }) => {
      const { requestRevert } = await import("@/server/execution");
      const { confirmStop: confirms_stop, reason } = options;
      const request = RevertRequest.parse({ confirms_stop, reason });
      const input = { suggestion_id: arg("suggestion_id"), ...request };
      return answerOf(await requestRevert({ ctx, input }));
    });
}

export function defineOperations(group: CliCommand): void {
  group
    .command("show <operation_id>")
    .description("how far it is")
    .answers("Operation", async ({ ctx, arg }) => {
      const { getOperation } = await import("@/server/execution");
      return answerOf(await getOperation({ ctx, input: { operation_id: arg("operation_id") } }));
    });
  group
    .command("withdraw <operation_id>")
    .description("take back an operation that has not begun: scheduled, held or waiting")
    .answers("Operation", async ({ ctx, arg }) => {
      const { withdrawOperation } = await import("@/server/execution");
      const input = { operation_id: arg("operation_id") };
      return answerOf(await withdrawOperation({ ctx, input }));
    });
}
