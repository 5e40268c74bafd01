import { expect, test } from "vitest";
import { ConfigReport } from "@/server/contracts";
import { SECRET_SETTINGS, type Settings } from "@/server/platform";
import { reportConfig } from "./config-report";

const SECRET = "0123456789abcdefghijklmnopqrstuvwxyz";
const report = (
  environment: Record<string, string>,
  file: Record<string, string> = {},
  made = {},
) => ConfigReport.parse(reportConfig({ environment, file }, made));
const settingOf = ({ settings }: ConfigReport, name: keyof Settings) =>
  settings.find((each) => each.name === name);

test("each setting says where it comes from; the environment wins over the file", () => {
  const given = report(
    { PORT: "9100" },
    { PORT: "9200", LOG_LEVEL: "debug" },
    { SESSION_SECRET: SECRET },
  );
  expect(given.is_usable).toBe(true);
  expect(settingOf(given, "PORT")).toMatchObject({ source: "environment", value: "9100" });
  expect(settingOf(given, "LOG_LEVEL")).toMatchObject({ source: "file", value: "debug" });
  expect(settingOf(given, "SESSION_SECRET")).toMatchObject({ source: "installation", value: null });
  expect(settingOf(given, "AGENT_ID")).toMatchObject({ source: "default" });
  expect(settingOf(given, "OIDC_ISSUER")).toMatchObject({ source: "unset", value: null });
});

test("no secret is in a report, valid or not, nor a password in an address", () => {
  const hidden = Object.fromEntries(SECRET_SETTINGS.map((name) => [name, `hunter2-${name}`]));
  const bad = report({ ...hidden, DATA_PRODUCT_API: "http://ann:hunter2@product.example.org" });
  expect(bad.is_usable).toBe(false);
  expect(JSON.stringify(bad)).not.toContain("hunter2");
  expect(settingOf(bad, "DATA_PRODUCT_API")?.value).toBe("http://…@product.example.org");
});

test("every invalid setting is named, and what does not go together where each is valid", () => {
  const bad = report({ PORT: "99999", OIDC_ISSUER: "no address", SESSION_SECRET: SECRET });
  const faulty = bad.settings.filter(({ problem }) => problem !== null).map(({ name }) => name);
  expect(faulty).toEqual(["PORT", "OIDC_ISSUER"]);
  const apart = report({ SESSION_SECRET: SECRET, AUTH_SECRET: SECRET, SMTP_URL: "smtp://mail" });
  expect(apart.is_usable).toBe(false);
  expect(apart.mismatches).toEqual([
    expect.stringContaining("must differ"),
    expect.stringContaining("MAIL_FROM"),
  ]);
});

test("a misspelt setting is told with the one that was meant; other programs' names are left alone", () => {
  const environment = { SIDECAR_MOD: "demo", PROOF_ROWS_MX: "1", PATH: "/bin", HOME: "/root" };
  const { unknown } = report(environment, {
    DATABSE_URL: "postgres://x",
    TZ: "UTC",
    SPAWN_PORT: "1",
  });
  expect(unknown).toEqual([
    { name: "SIDECAR_MOD", source: "environment", nearest: "SIDECAR_MODE" },
    { name: "PROOF_ROWS_MX", source: "environment", nearest: "PROOF_ROWS_MAX" },
    { name: "DATABSE_URL", source: "file", nearest: "DATABASE_URL" },
  ]);
});

test("a name of an earlier version still counts", () => {
  const { settings } = report({ SPAWN_PORT: "8100" });
  expect(settings.find(({ name }) => name === "DEMO_PORT")).toMatchObject({ value: "8100" });
});
