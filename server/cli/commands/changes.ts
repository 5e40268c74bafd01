import type { Command } from "commander";
import { ChangeRequest } from "@/server/contracts";
import { requestChange, waitForSuggestion } from "@/server/decisions";
import { answer } from "../command";
import { readJson } from "../files";
import { answerOf } from "./suggestions";

export function addChangeCommands(group: Command): void {
  group
    .command("test")
    .description("test changes on a shadow copy, as one; what fits becomes a suggestion to approve")
    .requiredOption("--file <json>", "the request: { changes, reason?, product_id? }; - is stdin")
    .option("--wait <seconds>", "wait for the result", "0")
    .action((options: { file: string; wait: string }, command: Command) =>
      answer(command, async (ctx) => {
        const first = await requestChange({
          ctx,
          input: ChangeRequest.parse(await readJson(options.file)),
        });
        const input = { suggestion_id: first.suggestion_id, seconds: Number(options.wait) };
        return answerOf(await waitForSuggestion({ ctx, input }));
      }),
    );
}
