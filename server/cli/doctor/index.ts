import type { DoctorCheck, DoctorReport } from "@/server/contracts";
import { applyServedProduct } from "@/server/data-product";
import { givenSettings, type Root, type ServiceContext } from "@/server/platform";
import { AppError } from "@/server/platform/errors";
import { findingsOf } from "../commands/config";
import { findInstallation, withRoot } from "../connect";
import { dataDirOf, readConfig } from "../read-config";
import { examine, fail, ok, warn } from "./check";
import { checkDatabase } from "./database";
import { checkDataFolder, checkDisk, checkNode } from "./machine";
import { checkModel, checkPort, checkProcesses, checkProduct, checkRedis } from "./services";
import { checkUnsafeSettings } from "./unsafe-settings";

const NAME = "configuration";

function checkConfiguration(): DoctorCheck[] {
  const findings = findingsOf(readConfig());
  if (findings.length === 0) return [ok(NAME, "Every setting is known and valid.")];
  const advice = "npx sidecar config check; .env.example explains each setting.";
  return findings.map(({ status, text }) => (status === "fail" ? fail : warn)(NAME, text, advice));
}

/** What needs the installation's database; one failure where it is not there. */
async function checkInstallation(): Promise<DoctorCheck[]> {
  try {
    const settings = findInstallation();
    const [redis, port] = [
      examine("Redis", () => checkRedis(settings)),
      examine("port", () => checkPort(settings)),
    ];
    const unsafe = checkUnsafeSettings(settings);
    const found = await withRoot(settings, checkRoot).catch((error: unknown) => [
      unreachable(error),
    ]);
    return [...found, ...(await redis), ...(await port), ...unsafe];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [fail("installation", reason.replace(/\s+/g, " "), "npx sidecar config check")];
  }
}

function unreachable(error: unknown): DoctorCheck {
  const advice = "Start the sidecar (`npm run up`), or correct DATABASE_URL; then ask again.";
  const isSilent = error instanceof AppError && error.code === "unavailable";
  return fail("database", isSilent ? "It does not answer." : "It refuses the connection.", advice);
}

async function checkRoot(root: Root, ctx: ServiceContext): Promise<DoctorCheck[]> {
  const database = await checkDatabase(ctx);
  // What follows asks a schema that is not there yet.
  if (database.some(({ status }) => status === "fail")) return database;
  await applyServedProduct(root);
  const subject = { ctx, settings: root.settings };
  const others = await Promise.all([
    examine("processes", () => checkProcesses(subject)),
    examine("model", () => checkModel(subject)),
    examine("data product", () => checkProduct(subject)),
  ]);
  return [...database, ...others.flat()];
}

/** Checks the installation. Never throws: what cannot be checked is a finding. */
export async function diagnose(): Promise<DoctorReport> {
  const dataDir = dataDirOf(givenSettings());
  const checks = [
    checkNode(),
    ...(await examine(NAME, checkConfiguration)),
    ...(await examine("data folder", () => checkDataFolder(dataDir))),
    ...(await examine("disk", () => checkDisk(dataDir))),
    ...(await checkInstallation()),
  ];
  const has = (status: DoctorCheck["status"]) => checks.some((check) => check.status === status);
  return { status: has("fail") ? "fail" : has("warn") ? "warn" : "ok", checks };
}
