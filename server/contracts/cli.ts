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

/** One setting, as `sidecar config check` finds it. */
export const SettingReport = z.object({
  name: z.string(),
  /** `installation`: made by the sidecar and kept in its data folder. */
  source: z.enum(["environment", "file", "installation", "default", "unset"]),
  /** null: none, or a secret, which is never shown. */
  value: z.string().nullable(),
  is_secret: z.boolean(),
  problem: z.string().nullable(),
});
export type SettingReport = z.infer<typeof SettingReport>;

/** Whether the settings can be used, each and together. */
export const ConfigReport = z.object({
  is_usable: z.boolean(),
  settings: z.array(SettingReport),
  /** Why valid settings cannot be used together. */
  mismatches: z.array(z.string()),
  /** Names that are no settings, and the setting that was probably meant. */
  unknown: z.array(
    z.object({
      name: z.string(),
      source: z.enum(["environment", "file"]),
      nearest: z.string().nullable(),
    }),
  ),
});
export type ConfigReport = z.infer<typeof ConfigReport>;

/** One finding of `sidecar doctor`. */
export const DoctorCheck = z.object({
  name: z.string(),
  status: z.enum(["ok", "warn", "fail"]),
  detail: z.string(),
  /** What to do; null: nothing. */
  advice: z.string().nullable(),
});
export type DoctorCheck = z.infer<typeof DoctorCheck>;

export const DoctorReport = z.object({
  /** The worst of all checks. */
  status: z.enum(["ok", "warn", "fail"]),
  checks: z.array(DoctorCheck),
});
export type DoctorReport = z.infer<typeof DoctorReport>;
