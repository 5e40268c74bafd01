import { z } from "zod";
import { InferRequest } from "@/server/contracts";
import { AppError } from "@/server/platform";

/** Throws `invalid_input` with every fault of a request. */
export function parseRequest(input: InferRequest): InferRequest {
  const parsed = InferRequest.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new AppError("invalid_input", z.prettifyError(parsed.error));
}
