import type { z } from "zod";
import type { RequestFault } from "@/server/contracts";
import { requestFaults } from "./problem";

type Location = RequestFault["location"];

function pointerOf(location: Location, path: PropertyKey[]): string {
  const tokens = path.map((key) => String(key).replaceAll("~", "~0").replaceAll("/", "~1"));
  return location === "body" ? `/${tokens.join("/")}` : tokens.join(".");
}

/** One part of a request by its schema. Throws `invalid_input` that lists every fault. */
export function parsePart<Schema extends z.ZodType>(
  schema: Schema,
  value: unknown,
  location: Location,
): z.output<Schema> {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  throw requestFaults(
    parsed.error.issues.map((issue) => ({
      location,
      pointer: pointerOf(location, issue.path),
      detail: issue.message,
    })),
  );
}
