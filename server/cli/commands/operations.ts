import { KeepRequest, type Operation, ReapplyRequest, RevertRequest } from "@/server/contracts";
import { describeLive } from "@/server/decision-card";
import { formatMs } from "@/server/format";
import type { Answer, CliCommand } from "../command";

function answerOf(operation: Operation): Answer {
  const { operation_id, suggestion_id, kind, state, progress, error } = operation;
  const lines = [`${operation_id}  ${kind} of ${suggestion_id}  ${state}  ${progress.message}`];
  for (const { sql, duration_ms } of operation.statements) {
    lines.push(`  ${formatMs(duration_ms)}  ${sql}`);
  }
  if (operation.verification !== null) {
    lines.push(`  ${describeLive(operation.verification)}`);
    for (const reason of operation.verification.reasons ?? []) lines.push(`    ${reason}`);
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

export function defineKeep(command: CliCommand): void {
  command
    .argument("<suggestion_id>")
    .requiredOption("--reason <text>", "why, for the audit log")
    .answers("Operation", async ({ ctx, arg, options }) => {
      const { keepExecution } = await import("@/server/execution");
      const request = KeepRequest.parse({ reason: options.reason });
      const input = { suggestion_id: arg("suggestion_id"), ...request };
      return answerOf(await keepExecution({ ctx, input }));
    });
}

export function defineReapply(command: CliCommand): void {
  command
    .argument("<suggestion_id>")
    .requiredOption("--reason <text>", "why, for the audit log")
    .answers("Operation", async ({ ctx, arg, options }) => {
      const { reapplyExecution } = await import("@/server/execution");
      const request = ReapplyRequest.parse({ reason: options.reason });
      const input = { suggestion_id: arg("suggestion_id"), ...request };
      return answerOf(await reapplyExecution({ ctx, input }));
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
