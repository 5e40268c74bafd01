import type { z } from "zod";
import { AppError, type ServiceContext } from "@/server/platform";

/** What verbs that only keep rows need of the service context; a full one fits. */
export type IdentityContext = Pick<ServiceContext, "db" | "actor" | "requestId">;

/** What verbs around keys and tokens need besides: SESSION_SECRET, and the time. */
export type KeyContext = IdentityContext & Pick<ServiceContext, "settings" | "clock">;

/** The parsed input of a verb. Throws `invalid_input` that names every field at fault. */
export function parseInput<Schema extends z.ZodType>(
  schema: Schema,
  input: z.input<Schema>,
): z.output<Schema> {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  const issues = parsed.error.issues.map(({ path, message }) => ({
    field: path.join("."),
    message,
  }));
  const text = issues
    .map(({ field, message }) => (field === "" ? message : `${field}: ${message}`))
    .join("; ");
  throw new AppError("invalid_input", text, { details: { issues } });
}
