import { z } from "zod";
import {
  type InferAnswer,
  type InferenceModel,
  type InferenceStatus,
  InferRequest,
  type ModelChoice,
} from "@/server/contracts";
import { AppError } from "@/server/platform";

/** Asks a model, wherever it runs. */
export interface InferenceClient {
  /**
   * An answer that is valid against the request's schema. Throws `unavailable` (no worker, full
   * queue; `details.retry_after_seconds`), `timeout` (the request's deadline), `invalid_input`, or
   * the signal's reason when it aborts.
   */
  infer(request: InferRequest, signal?: AbortSignal): Promise<InferAnswer>;
  /** Throws `unavailable`. */
  status(): Promise<InferenceStatus>;
  /**
   * Changes to another model without dropping a request. Throws `not_found`, `invalid_input`
   * (damaged file, another checksum), `too_large` (memory), `conflict` (a swap is running),
   * `unavailable`; the active model then stays.
   */
  swap(model: ModelChoice): Promise<InferenceModel>;
  close(): Promise<void>;
}

/** Throws `invalid_input` with every fault of a request. */
export function parseRequest(input: InferRequest): InferRequest {
  const parsed = InferRequest.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_input", z.prettifyError(parsed.error));
}
