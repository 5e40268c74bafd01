import { AppError } from "../errors";

/** Levels that a value of others may be nested. */
export const DEPTH_MAX = 64;
const LONE_SURROGATE = /\p{Surrogate}/u;

function assertText(text: string): void {
  if (text.includes("\0") || LONE_SURROGATE.test(text)) {
    throw new AppError("invalid_input", "Text must not hold NUL or unpaired surrogates.");
  }
}

/** A key that names a property every object has is copied by assignment, which loses or changes it. */
function assertKey(key: string): void {
  assertText(key);
  if (key === "__proto__") throw new AppError("invalid_input", "unknown field: __proto__");
}

/**
 * Refuses JSON that PostgreSQL cannot store (NUL, unpaired surrogates), that no schema can see
 * (`__proto__`), or that is nested deeper
 * than any honest request: `invalid_input`.
 */
export function assertStorable(value: unknown, depth = 0, seen = new Set<object>()): void {
  if (typeof value === "string") assertText(value);
  if (typeof value !== "object" || value === null || seen.has(value)) return;
  // tRPC's input may hold one object in many places, and itself.
  seen.add(value);
  if (depth >= DEPTH_MAX) {
    throw new AppError("invalid_input", `The body is nested deeper than ${DEPTH_MAX} levels.`);
  }
  for (const [key, inner] of Object.entries(value)) {
    assertKey(key);
    assertStorable(inner, depth + 1, seen);
  }
}
