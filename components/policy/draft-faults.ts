import { Policy } from "@/server/contracts";

/** What is wrong with a draft, a line each; none: it can be stored. */
export function findFaults(draft: Policy): string[] {
  const parsed = Policy.safeParse(draft);
  if (parsed.success) return [];
  return parsed.error.issues.map(({ path, message }) => `${placeOf(draft, path)}: ${message}`);
}

function placeOf({ rules }: Policy, path: readonly PropertyKey[]): string {
  const [first, index, ...rest] = path;
  const field = (keys: readonly PropertyKey[]) =>
    keys
      .map((key) => (typeof key === "number" ? String(key + 1) : String(key).replaceAll("_", " ")))
      .join(", ");
  if (first === "rules" && typeof index === "number") {
    const name = rules[index]?.name || `rule ${index + 1}`;
    return [`“${name}”`, field(rest)].filter((part) => part !== "").join(", ");
  }
  return field(path);
}
