import type { ConfigReport } from "@/server/contracts";
import { givenSettings, validateSettings } from "@/server/platform";
import { type MadeSettings, reportConfig } from "./config-report";
import { readMadeSettings } from "./made-settings";

/** The data folder that these settings name. */
export function dataDirOf(given: ReturnType<typeof givenSettings>): string {
  const name = given.environment.SIDECAR_DATA_DIR || given.file.SIDECAR_DATA_DIR;
  return name || (validateSettings({}).settings?.SIDECAR_DATA_DIR ?? ".data");
}

/** The report on this installation's settings; what the data folder cannot tell is left out. */
export function readConfig(given = givenSettings()): ConfigReport {
  let made: MadeSettings = {};
  try {
    made = readMadeSettings(dataDirOf(given));
  } catch {
    // A damaged file is a finding of `doctor`; here the settings are asked for.
  }
  return reportConfig(given, made);
}
