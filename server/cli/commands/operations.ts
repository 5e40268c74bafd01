import type { Command } from "commander";
import { type Operation, RevertRequest } from "@/server/contracts";
import {
  getOperation,
  requestExecution,
  requestRevert,
  withdrawOperation,
} from "@/server/execution";
import { formatMs } from "@/server/format";
import { type Answer, answer } from "../command";

interface RevertOptions {
  confirmStop?: boolean;
  reason?: string;
}

function answerOf(operation: Operation): Answer {
  const { operation_id, suggestion_id, kind, state, progress, error } = operation;
  const lines = [`${operation_id}  ${kind} of ${suggestion_id}  ${state}  ${progress.message}`];
  for (const { sql, duration_ms } of operation.statements) {
    lines.push(`  ${formatMs(duration_ms)}  ${sql}`);
  }
  if (error !== null) lines.push(`  failed: ${error.message}`);
  return { data: operation, lines };
}

export function addOperationCommands(group: Command): void {
  group
    .command("show <operation_id>")
    .description("how far it is")
    .action((operation_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf(await getOperation({ ctx, input: { operation_id } })),
      ),
    );
  group
    .command("execute <suggestion_id>")
    .description("carry out an approved suggestion")
    .action((suggestion_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf(await requestExecution({ ctx, input: { suggestion_id } })),
      ),
    );
  group
    .command("withdraw <operation_id>")
    .description("take back an operation that has not begun: scheduled, held or waiting")
    .action((operation_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerOf(await withdrawOperation({ ctx, input: { operation_id } })),
      ),
    );
  group
    .command("revert <suggestion_id>")
    .description("undo an executed suggestion")
    .option("--confirm-stop", "although the emergency stop is on")
    .option("--reason <text>", "why, for the audit log")
    .action((suggestion_id: string, options: RevertOptions, command: Command) =>
      answer(command, async (ctx) => {
        const { confirmStop: confirms_stop, reason } = options;
        const request = RevertRequest.parse({ confirms_stop, reason });
        const input = { suggestion_id, ...request };
        return answerOf(await requestRevert({ ctx, input }));
      }),
    );
}
