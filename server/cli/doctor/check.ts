import type { DoctorCheck } from "@/server/contracts";
import type { ServiceContext, Settings } from "@/server/platform";

/** What checks look at. Without settings or a database, those that need them are left out. */
export interface Subject {
  settings: Settings;
  ctx: ServiceContext;
}

export const ok = (name: string, detail: string): DoctorCheck => ({
  ...{ name, status: "ok", detail, advice: null },
});
export const warn = (name: string, detail: string, advice: string): DoctorCheck => ({
  ...{ name, status: "warn", detail, advice },
});
export const fail = (name: string, detail: string, advice: string): DoctorCheck => ({
  ...{ name, status: "fail", detail, advice },
});

const MS_MAX = 10_000;

/** The result of a check, or its failure as one: a check that cannot be made is no reason to stop. */
export async function examine(
  name: string,
  work: () => Promise<DoctorCheck[]> | DoctorCheck[],
): Promise<DoctorCheck[]> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error("no answer within 10 s")), MS_MAX);
  });
  try {
    return await Promise.race([Promise.resolve().then(work), late]);
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [fail(name, `Cannot be checked: ${reason}`, "See the log, and try again.")];
  } finally {
    clearTimeout(timer);
  }
}
