import type { ConfigReport, SettingReport } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { AppError } from "@/server/platform/errors";
import type { Answer, CliCommand } from "../command";
import type { Table } from "../table";

const SOURCES: Record<SettingReport["source"], string> = {
  environment: "environment",
  file: ".env",
  installation: "data folder",
  default: "default",
  unset: "not set",
};

function textOf({ is_secret, source, value }: SettingReport): string {
  if (is_secret) return source === "unset" ? "-" : "(secret)";
  return value ?? "-";
}

const tableOf = (settings: SettingReport[]): Table => ({
  columns: ["SETTING", "VALUE", "FROM"],
  rows: settings.map((each) => [each.name, textOf(each), SOURCES[each.source]]),
  empty: "Nothing is set: every setting has its default.",
});

/** What is wrong, a line each. */
export function findingsOf({ settings, mismatches, unknown }: ConfigReport) {
  const faulty = settings.flatMap(({ name, problem }) =>
    problem === null ? [] : [{ status: "fail" as const, text: `${name}: ${problem}` }],
  );
  const together = mismatches.map((text) => ({ status: "fail" as const, text }));
  const misspelt = unknown.map(({ name, source, nearest }) => ({
    status: "warn" as const,
    text: `${name} (${SOURCES[source]}) is no setting.${nearest === null ? "" : ` Did you mean ${nearest}?`}`,
  }));
  return [...faulty, ...together, ...misspelt];
}

function answerReport(report: ConfigReport, isAll: boolean): Answer {
  const isGiven = ({ source }: SettingReport) => source !== "default" && source !== "unset";
  const shown = report.settings.filter((each) => isAll || isGiven(each));
  const hiddenCount = report.settings.length - shown.length;
  const hidden =
    hiddenCount === 0
      ? []
      : [`${formatPlural(hiddenCount, "setting")} not given: --all shows them.`];
  const verdict = { status: report.is_usable ? "ok" : "fail", text: "settings" } as const;
  return {
    data: report,
    lines: [tableOf(shown), ...hidden, ...findingsOf(report), verdict],
    failure: report.is_usable
      ? undefined
      : new AppError("misconfigured", "The settings cannot be used (see .env.example)."),
  };
}

export function defineConfig(group: CliCommand): void {
  group
    .command("check")
    .description("every setting: where it comes from, and what is wrong; never a secret's value")
    .option("--all", "those that nobody gave as well")
    .prints("ConfigReport", async ({ options }) => {
      const { readConfig } = await import("../read-config");
      return answerReport(readConfig(), options.all === true);
    });
}
