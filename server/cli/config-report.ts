import type { ConfigReport, SettingReport } from "@/server/contracts";
import {
  FORMER_NAMES,
  type GivenSettings,
  SECRET_SETTINGS,
  validateSettings,
} from "@/server/platform";
import { nearest } from "./nearest";

/** What the sidecar itself settles where nobody set it: kept in the data folder. */
export const MADE_NAMES = [
  "SESSION_SECRET",
  "AUTH_SECRET",
  "DATABASE_URL",
  "SIDECAR_MODE",
] as const;
export type MadeSettings = Partial<Record<(typeof MADE_NAMES)[number], string>>;

/** Read by benchmarks and by Node.js, or set for the processes that this program starts. */
const OTHER_NAMES = ["SIDECAR_URL", "SIDECAR_API_KEY", "SIDECAR_TEST_REDIS"];
const IN_FILE = [
  "NODE_ENV",
  "NODE_OPTIONS",
  "NODE_EXTRA_CA_CERTS",
  "TZ",
  "NO_COLOR",
  "HTTP_PROXY",
].concat([
  "HTTPS_PROXY",
  "NO_PROXY",
  "NEXTAUTH_URL",
  "AUTH_TRUST_HOST",
  "PLAYWRIGHT_CHROMIUM_PATH",
]);

const isSecret = (name: string) => SECRET_SETTINGS.some((secret) => secret === name);

/** An address without what may be a password in it. */
function withoutCredentials(text: string): string {
  if (!URL.canParse(text)) return text;
  const url = new URL(text);
  if (url.username === "" && url.password === "") return text;
  return text.replace(/\/\/[^@/]*@/, "//…@");
}

/** Under today's names: what the environment says wins, then `.env`, then what an earlier version called it. */
function namesOfToday(given: Record<string, string>): Record<string, string> {
  const all = Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ""));
  for (const [former, name] of Object.entries(FORMER_NAMES)) {
    const value = all[former];
    if (value !== undefined) all[name] ??= value;
  }
  return all;
}

/** Defaults that can be shown; a setting whose default is computed has none. */
function defaultText(value: unknown): string | null {
  return typeof value === "string" || typeof value === "number" ? String(value) : null;
}

function sourceOf(
  name: string,
  environment: Record<string, string>,
  file: Record<string, string>,
  made: MadeSettings,
): SettingReport["source"] {
  if (environment[name] !== undefined) return "environment";
  if (file[name] !== undefined) return "file";
  return name in made ? "installation" : "default";
}

/** A misspelt setting: `SIDECAR_…` that is none, or any name of `.env` that is none. */
function unknownOf(given: GivenSettings, names: readonly string[]): ConfigReport["unknown"] {
  const known = new Set([...names, ...Object.keys(FORMER_NAMES), ...OTHER_NAMES]);
  const families = new Set(
    names.filter((name) => name.includes("_")).map((name) => name.split("_")[0]),
  );
  const isOurs = (name: string) =>
    name.startsWith("SIDECAR_") ||
    // `PROOF_ROWS_MX`: of a family of settings, and near to one.
    (families.has(name.split("_")[0]) && name.length > 8 && nearest(name, names) !== null);
  const toUnknown = (source: "environment" | "file") => (name: string) => {
    return { name, source, nearest: nearest(name, names) };
  };
  return [
    ...Object.keys(given.environment)
      .filter((name) => !known.has(name) && isOurs(name))
      .map(toUnknown("environment")),
    ...Object.keys(given.file)
      .filter((name) => !known.has(name) && !IN_FILE.includes(name))
      .map(toUnknown("file")),
  ];
}

/** Every setting with its source and what is wrong with it. Never the value of a secret. */
export function reportConfig(given: GivenSettings, made: MadeSettings): ConfigReport {
  const defaults = validateSettings({}).settings;
  if (defaults === null) throw new Error("The defaults are not valid.");
  const [environment, file] = [namesOfToday(given.environment), namesOfToday(given.file)];
  const all = { ...made, ...file, ...environment };
  const { faults, mismatches } = validateSettings(all);
  const names = Object.keys(defaults);
  const settings = names.map((name): SettingReport => {
    const source = sourceOf(name, environment, file, made);
    const preset = defaultText(Reflect.get(defaults, name));
    const value =
      source === "default" ? preset : withoutCredentials(all[name as keyof typeof all] ?? "");
    return {
      name,
      source: source === "default" && preset === null ? "unset" : source,
      value: isSecret(name) ? null : value,
      is_secret: isSecret(name),
      problem: faults.get(name) ?? null,
    };
  });
  const is_usable = faults.size === 0 && mismatches.length === 0;
  return { is_usable, settings, mismatches, unknown: unknownOf(given, names) };
}
