import { z } from "zod";
import { ErrorCode } from "./errors";

/** What `sidecar --json` prints on standard error when a command fails. */
export const CliError = z.object({
  error: z.object({
    code: ErrorCode,
    message: z.string(),
    /** What the program ends with. */
    exit_code: z.int(),
    details: z.record(z.string(), z.unknown()).optional(),
  }),
});
export type CliError = z.infer<typeof CliError>;
