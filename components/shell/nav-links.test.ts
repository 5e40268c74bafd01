import { expect, test } from "vitest";
import { ROLE_PERMISSIONS } from "@/server/identity/permissions";
import { linksFor } from "./nav-links";

const labelsFor = (role: keyof typeof ROLE_PERMISSIONS) =>
  linksFor(ROLE_PERMISSIONS[role]).map(({ label }) => label);

test("nobody is led to a page that their role may not read", () => {
  const open = ["Inbox", "Workload", "Model", "Health"];
  expect(labelsFor("viewer")).toEqual(open);
  for (const role of ["reviewer", "operator", "admin"] as const) {
    expect(labelsFor(role)).toEqual(["Inbox", "Workload", "Model", "Audit", "Health"]);
  }
  expect(linksFor([]).map(({ label }) => label)).toEqual(["Health"]);
});
