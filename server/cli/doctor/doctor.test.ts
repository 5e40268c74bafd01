import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import os from "node:os";
import path from "node:path";
import { sql } from "drizzle-orm";
import { afterAll, beforeAll, expect, test } from "vitest";
import { DoctorReport } from "@/server/contracts";
import { inheritedEnvironment, setEnv, validateSettings } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { diagnose } from ".";
import { judgeClock, judgeMigrations } from "./database";
import { checkDataFolder, checkNode, judgeSpace } from "./machine";
import { checkModelFile, checkPort, checkRedis } from "./services";
import { checkUnsafeSettings } from "./unsafe-settings";

const SECRET = "0123456789abcdefghijklmnopqrstuvwxyz";
function settingsWith(given: Record<string, string>) {
  const { settings } = validateSettings({ SESSION_SECRET: SECRET, ...given });
  if (settings === null) throw new Error("These settings are not valid.");
  return settings;
}

let database: TestDatabase;
let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(path.join(os.tmpdir(), "doctor-"));
  database = await createTestDatabase();
});
afterAll(async () => {
  await rm(folder, { recursive: true });
  await database.drop();
});

/** The report on an installation with these settings, by the names of its checks. */
async function diagnosed(settings: Parameters<typeof setEnv>[0]) {
  setEnv({ SIDECAR_DATA_DIR: folder, ...settings });
  const { status, checks } = DoctorReport.parse(await diagnose());
  const statusOf = (name: string) =>
    checks.filter((each) => each.name === name).map((each) => each.status);
  return { status, checks, statusOf };
}

test("an installation whose processes do not run is told so, with what to do about each", async () => {
  const { checks, statusOf, status } = await diagnosed({ DATABASE_URL: database.url });
  expect(status).toBe("warn");
  for (const name of ["Node.js", "configuration", "database", "migrations", "clock", "model"]) {
    expect([name, statusOf(name)]).toEqual([name, ["ok"]]);
  }
  for (const name of ["courier", "data product"]) expect(statusOf(name)).toEqual(["warn"]);
  expect(checks.filter((each) => each.status !== "ok" && each.advice === null)).toEqual([]);
});

test("a database of an earlier version, or none, is a fault; nothing else is asked of it", async () => {
  const newest = sql`select max(created_at) from drizzle.__drizzle_migrations`;
  await database.db.execute(
    sql`update drizzle.__drizzle_migrations set created_at = created_at - 1 where created_at = (${newest})`,
  );
  const older = await diagnosed({ DATABASE_URL: database.url });
  expect([older.status, older.statusOf("migrations")]).toEqual(["fail", ["fail"]]);
  expect(older.statusOf("courier")).toEqual([]);
  const gone = await diagnosed({ DATABASE_URL: "postgres://sidecar@127.0.0.1:1/sidecar" });
  expect([gone.status, gone.statusOf("database")]).toEqual(["fail", ["fail"]]);
});

test("settings that cannot be used are a fault, and no reason to stop", async () => {
  const before = inheritedEnvironment().PORT ?? "";
  const { statusOf } = await diagnosed({ DATABASE_URL: database.url, PORT: "none" });
  setEnv({ PORT: before });
  expect(statusOf("configuration")).toEqual(["fail"]);
  expect(statusOf("Node.js")).toEqual(["ok"]);
});

test("an old Node.js, a full disk, a wrong clock and a later schema are judged", () => {
  expect(
    ["18.20.0", "20.8.1", "20.20.2", "22.3.0", "24.0.0", "23.1.0"].map(
      (version) => checkNode(version).status,
    ),
  ).toEqual(["fail", "fail", "ok", "ok", "ok", "warn"]);
  expect([0.5, 2, 50].map((gib) => judgeSpace(gib * 1024 ** 3).status)).toEqual([
    "fail",
    "warn",
    "ok",
  ]);
  expect([100, -5000, 60_000].map((ms) => judgeClock(ms).status)).toEqual(["ok", "warn", "fail"]);
  expect(judgeMigrations({ pending: [], isNewer: true }).status).toBe("fail");
});

test("secrets that others can read are a fault", async () => {
  const file = path.join(folder, "secrets.json");
  await writeFile(file, "{}");
  const statusOf = async (mode: number) => {
    await chmod(file, mode);
    return (await checkDataFolder(folder)).find(({ detail }) => detail.includes(file))?.status;
  };
  expect(await statusOf(0o644)).toBe("fail");
  expect(await statusOf(0o600)).toBeUndefined();
  await rm(file);
});

test("a model file that is cut, another or gone is a fault", async () => {
  const file = path.join(folder, "model.gguf");
  const check = async (text: string | null, sha256: string | null) => {
    if (text !== null) await writeFile(file, text);
    const at = text === null ? path.join(folder, "none.gguf") : file;
    return (await checkModelFile({ name: "m", file: at, sha256 })).status;
  };
  expect(await check("GGUF and more", null)).toBe("ok");
  expect(await check("GGUF and", "0".repeat(64))).toBe("fail");
  expect(await check("GG", null)).toBe("fail");
  expect(await check(null, null)).toBe("fail");
});

test("a port that another program has, and a Redis that does not answer, are faults", async () => {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("no port");
  server.on("connection", (socket) => socket.destroy());
  const settings = settingsWith({ PORT: String(address.port), BIND_ADDRESS: "127.0.0.1" });
  expect((await checkPort(settings))[0]?.status).toBe("fail");
  server.close();
  const redis = settingsWith({ REDIS_URL: "redis://:hunter2@127.0.0.1:1" });
  const [found] = await checkRedis(redis);
  expect(found?.status).toBe("fail");
  expect(JSON.stringify(found)).not.toContain("hunter2");
});

test("risky settings of a production are told, safe ones are not", () => {
  const detailsOf = (given: Record<string, string>) =>
    checkUnsafeSettings(settingsWith({ PUBLIC_URL: "https://sidecar.example.org", ...given }))
      .filter(({ status }) => status === "warn")
      .map(({ detail }) => detail);
  expect(detailsOf({})).toEqual([]);
  expect(detailsOf({ DATABASE_URL: "postgres://a@db.example.org/x?sslmode=verify-full" })).toEqual(
    [],
  );
  for (const [name, value] of [
    ["PUBLIC_URL", "http://sidecar.example.org"],
    ["DATABASE_URL", "postgres://a:hunter2@db.example.org/x"],
    ["DATA_PRODUCT_API", "http://product.example.org"],
    ["REDIS_URL", "redis://redis.example.org"],
    ["TRUSTED_PROXIES", "0.0.0.0/0"],
    ["WEBHOOK_PRIVATE_ADDRESSES", "allow"],
    ["APPROVAL_COVERAGE_MIN", "0"],
    ["LOG_LEVEL", "debug"],
  ] as const) {
    const details = detailsOf({ [name]: value });
    expect([name, details.length]).toEqual([name, 1]);
    expect(details[0]).not.toContain("hunter2");
  }
});
