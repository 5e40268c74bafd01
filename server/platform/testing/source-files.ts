import { execFileSync } from "node:child_process";

/** Files of the repository (tracked, or new and not ignored) under the given folders. */
export function sourceFiles(...folders: string[]): string[] {
  const args = ["ls-files", "--cached", "--others", "--exclude-standard", "--", ...folders];
  return execFileSync("git", args, { encoding: "utf8" }).split("\n").filter(Boolean);
}
