import { expect, test } from "vitest";
import { ROLE_PERMISSIONS } from "@/server/identity/permissions";
import { linksFor } from "./nav-links";

const labelsFor = (role: keyof typeof ROLE_PERMISSIONS) =>
  linksFor(ROLE_PERMISSIONS[role]).map(({ label }) => label);

test("nobody is led to a page that their role may not read", () => {
  const shared = ["Inbox", "Workload", "Conversations", "Agents", "Model"];
  expect(labelsFor("viewer")).toEqual([...shared, "Health"]);
  for (const role of ["reviewer", "operator"] as const) {
    expect(labelsFor(role)).toEqual([...shared, "Audit", "Health"]);
  }
  expect(labelsFor("admin")).toEqual([...shared, "Audit", "Dead letters", "Health"]);
  expect(linksFor([]).map(({ label }) => label)).toEqual(["Health"]);
});
