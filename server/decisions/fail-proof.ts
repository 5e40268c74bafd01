import type { AppError, ServiceContext } from "@/server/platform";
import { tryTransitionSuggestion } from "./transition";

/** Ends a proof that cannot be made (product gone, attempts used up) with the reason shown. */
export async function failProof(ctx: ServiceContext, id: string, error: AppError): Promise<void> {
  await tryTransitionSuggestion(ctx, {
    id,
    transition: "failProof",
    set: { error: { code: error.code, message: error.message } },
    note: { error: error.code },
  });
}
