import { z } from "zod";
import { ApproveRequest, REJECT_REASON_CODES, RejectRequest } from "@/server/contracts";
import { type CliCommand, collect } from "../command";
import { answerOf } from "./show";

const ApproveOptions = z
  .object({
    reason: z.string().optional(),
    item: z.array(z.string()).optional(),
    acknowledgeCoverage: z.boolean().optional(),
    acknowledgeAlone: z.boolean().optional(),
  })
  .transform(({ reason, item, acknowledgeCoverage, acknowledgeAlone }) =>
    ApproveRequest.parse({
      ...{ reason, item_ids: item },
      acknowledges_coverage: acknowledgeCoverage,
      acknowledges_alone: acknowledgeAlone,
    }),
  );

export function defineApprove(command: CliCommand): void {
  command
    .argument("<suggestion_id>")
    .option("--reason <text>", "kept with the approval")
    .option("--item <item_ids>", "only these changes (`item_id` of `show --json`)", collect)
    .option("--acknowledge-coverage", "although too little of the workload was replayed")
    .option("--acknowledge-alone", "although nobody else checks it")
    .answers("Suggestion", async ({ ctx, arg, options }) => {
      const { approveSuggestion } = await import("@/server/decisions");
      const input = { ...ApproveOptions.parse(options), suggestion_id: arg("suggestion_id") };
      return answerOf(await approveSuggestion({ ctx, input }));
    });
}

export function defineReject(command: CliCommand): void {
  command
    .argument("<suggestion_id>")
    .option("--reason <text>", "why; the next suggestion of the same change shows it")
    .option("--why <name>", `a named reason: ${REJECT_REASON_CODES.join(", ")}`)
    .answers("Suggestion", async ({ ctx, arg, options }) => {
      const { rejectSuggestion } = await import("@/server/decisions");
      const { reason, why } = options;
      const given = RejectRequest.parse({ reason, reason_code: why });
      const input = { ...given, suggestion_id: arg("suggestion_id") };
      return answerOf(await rejectSuggestion({ ctx, input }));
    });
}

export function defineCancel(command: CliCommand): void {
  command.argument("<suggestion_id>").answers("Suggestion", async ({ ctx, arg }) => {
    const { cancelProof } = await import("@/server/decisions");
    return answerOf(await cancelProof({ ctx, input: { suggestion_id: arg("suggestion_id") } }));
  });
}

export function defineReopen(command: CliCommand): void {
  command.argument("<suggestion_id>").answers("Suggestion", async ({ ctx, arg }) => {
    const { reopenSuggestion } = await import("@/server/decisions");
    const input = { suggestion_id: arg("suggestion_id") };
    return answerOf(await reopenSuggestion({ ctx, input }));
  });
}
