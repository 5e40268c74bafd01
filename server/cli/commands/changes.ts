import { readFile } from "node:fs/promises";
import type { Command } from "commander";
import { ChangeRequest } from "@/server/contracts";
import { requestChange, waitForSuggestion } from "@/server/decisions";
import { AppError } from "@/server/platform";
import { answer } from "../command";
import { answerOf } from "./suggestions";

/** The request of a file, or of standard input (`-`). Throws `invalid_input` for what is no JSON. */
async function readRequest(file: string): Promise<ChangeRequest> {
  const text = await readFile(file === "-" ? "/dev/stdin" : file, "utf8");
  try {
    return ChangeRequest.parse(JSON.parse(text));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new AppError("invalid_input", `${file} is not JSON: ${error.message}`, { cause: error });
  }
}

export function addChangeCommands(group: Command): void {
  group
    .command("test")
    .description("test changes on a shadow copy, as one; what fits becomes a suggestion to approve")
    .requiredOption("--file <json>", "the request: { changes, reason?, product_id? }; - is stdin")
    .option("--wait <seconds>", "wait for the result", "0")
    .action((options: { file: string; wait: string }, command: Command) =>
      answer(command, async (ctx) => {
        const first = await requestChange({ ctx, input: await readRequest(options.file) });
        const input = { suggestion_id: first.suggestion_id, seconds: Number(options.wait) };
        return answerOf(await waitForSuggestion({ ctx, input }));
      }),
    );
}
