import type { AppError, ServiceContext } from "@/server/platform";
import { tryMoveSuggestion } from "./transition";

/** Ends a proof that cannot be made (product gone, attempts used up) with the reason shown. */
export async function failProof(ctx: ServiceContext, id: string, error: AppError): Promise<void> {
  await tryMoveSuggestion(ctx, {
    id,
    from: ["proving"],
    to: "failed",
    action: "suggestion.fail",
    set: { error: { code: error.code, message: error.message } },
    note: { error: error.code },
  });
}
