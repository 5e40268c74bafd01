import { ChangeRequest } from "@/server/contracts";
import type { CliCommand } from "../command";
import { readJson } from "../files";
import { answerOf } from "./show";

export function defineChanges(group: CliCommand): void {
  group
    .command("test")
    .description("test changes on a shadow copy, as one; what fits becomes a suggestion to approve")
    .requiredOption("--file <json>", "the request: { changes, reason?, product_id? }; - is stdin")
    .option("--wait <seconds>", "wait for the result", "0")
    .answers("Suggestion", async ({ ctx, options }) => {
      const { requestChange, waitForSuggestion } = await import("@/server/decisions");
      const request = ChangeRequest.parse(await readJson(String(options.file)));
      const first = await requestChange({ ctx, input: request });
      const input = { suggestion_id: first.suggestion_id, seconds: Number(options.wait) };
      return answerOf(await waitForSuggestion({ ctx, input }));
    });
}
