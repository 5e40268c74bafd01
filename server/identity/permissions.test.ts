import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { type Actor, Permission, Role } from "@/server/contracts";
import { DEMO_USERS } from "@/server/processes/supervisor/demo-accounts";
import { assertCan, PERSON_ROLES, permissionsOf, ROLE_PERMISSIONS } from "./permissions";

const MACHINES = ["data-product", "agent", "api-key", "system"] as const;
const actor = (kind: Actor["kind"], more: Partial<Actor> = {}): Actor => ({
  kind,
  id: "x",
  label: "x",
  roles: [],
  ...more,
});

test.each(MACHINES)("a %s never decides, with every role and every scope there is", (kind) => {
  const everything = { roles: Role.options, scopes: Permission.options };
  for (const machine of [actor(kind, everything), actor(kind, { roles: Role.options })]) {
    expect(permissionsOf(machine)).not.toContain("suggestion.decide");
    expect(() => assertCan(machine, "suggestion.decide")).toThrow(/Only a signed-in person/);
  }
});

test("an API key without scopes may do nothing; keys and users are managed by people", () => {
  expect(permissionsOf(actor("api-key", { roles: ["admin"] }))).toEqual([]);
  const greedy = permissionsOf(actor("api-key", { scopes: Permission.options }));
  expect(greedy).not.toContain("key.manage");
  expect(greedy).not.toContain("user.manage");
});

test("scopes narrow roles and never add to them", () => {
  const scopes: Permission[] = ["suggestion.read", "user.manage"];
  expect(permissionsOf(actor("user", { roles: ["viewer"], scopes }))).toEqual(["suggestion.read"]);
});

test("several roles add up; no role, no permission", () => {
  const both = permissionsOf(actor("user", { roles: ["reviewer", "operator"] }));
  expect(both).toEqual(expect.arrayContaining(["suggestion.decide", "operation.execute"]));
  expect(permissionsOf(actor("user"))).toEqual([]);
});

test("every person may see the models; only an admin changes which one answers", () => {
  for (const role of ["viewer", "reviewer", "operator", "admin"] as const) {
    const held = permissionsOf(actor("user", { roles: [role] }));
    expect(held).toContain("model.read");
    expect(held.includes("model.promote")).toBe(role === "admin");
  }
  expect(permissionsOf(actor("api-key", { scopes: Permission.options }))).not.toContain(
    "model.promote",
  );
});

test("approving and executing are different people's rights, except an admin's", () => {
  expect(ROLE_PERMISSIONS.reviewer).not.toContain("operation.execute");
  expect(ROLE_PERMISSIONS.operator).not.toContain("suggestion.decide");
  expect([...ROLE_PERMISSIONS.admin].sort()).toEqual([...Permission.options].sort());
});

/** Cells of the table rows of a page whose first cell is code. */
function rowsOf(file: string): string[][] {
  const rows = readFileSync(file, "utf8").matchAll(/^\| `.*\|$/gm);
  return [...rows].map(([row]) =>
    row
      .split("|")
      .slice(1, -1)
      .map((cell) => cell.trim().replaceAll("`", "")),
  );
}

test("the runbook's table of roles is this one", () => {
  const told = rowsOf("docs/runbook.md").filter(([name]) => Permission.safeParse(name).success);
  const held = Permission.options.map((permission) => [
    permission,
    ...PERSON_ROLES.map((role) => (ROLE_PERMISSIONS[role].includes(permission) ? "yes" : "")),
  ]);
  expect(told.sort()).toEqual(held.sort());
});

test("the README gives the demo's people the roles that they have", () => {
  const told = rowsOf("README.md").filter(([name]) => name?.endsWith("@demo.local"));
  const held = DEMO_USERS.map(({ email, roles }) => [email, roles.join(", ")]);
  expect(told.map(([email, roles]) => [email, roles])).toEqual(held);
});
