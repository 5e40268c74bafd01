import type { DoctorCheck } from "@/server/contracts";
import { formatPlural } from "@/server/format";
import { AppError } from "@/server/platform/errors";
import type { CliCommand } from "../command";

const findingOf = ({ name, status, detail, advice }: DoctorCheck) => ({
  status,
  text: `${name}: ${detail}${advice === null ? "" : ` ${advice}`}`,
});

export function defineDoctor(command: CliCommand): void {
  command.prints("DoctorReport", async () => {
    const { diagnose } = await import("../doctor");
    const report = await diagnose();
    const failedCount = report.checks.filter(({ status }) => status === "fail").length;
    return {
      data: report,
      lines: report.checks.map(findingOf),
      failure:
        failedCount === 0
          ? undefined
          : new AppError("misconfigured", `${formatPlural(failedCount, "fault")} found.`),
    };
  });
}
