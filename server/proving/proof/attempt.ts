import { AppError } from "@/server/platform";
import type { Proof } from "./open-proof";

/** What a step of a proof came to: its result, or why it could not be made. */
type Attempt<T> = { result: T } | { isLate: boolean; why: string };

/** Runs a step that must not end the proof. Throws only the signal's reason. */
export async function attempt<T>(
  proof: { input: Pick<Proof["input"], "signal"> },
  step: () => Promise<T>,
): Promise<Attempt<T>> {
  try {
    return { result: await step() };
  } catch (error) {
    proof.input.signal.throwIfAborted();
    return {
      isLate: error instanceof AppError && error.code === "timeout",
      why: error instanceof Error ? error.message : String(error),
    };
  }
}
