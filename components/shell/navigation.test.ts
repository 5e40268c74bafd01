import { expect, test } from "vitest";
import { ROLE_PERMISSIONS } from "@/server/identity/permissions";
import { linksFor, settingsLinksFor } from "./navigation";

const labelsFor = (role: keyof typeof ROLE_PERMISSIONS) =>
  linksFor(ROLE_PERMISSIONS[role]).map(({ label }) => label);

test("nobody is led to a page that their role may not read", () => {
  const shared = ["Inbox", "Results", "Workload", "Conversations", "Agents", "Policies", "Model"];
  expect(labelsFor("viewer")).toEqual([...shared, "Health"]);
  for (const role of ["reviewer", "operator"] as const) {
    expect(labelsFor(role)).toEqual([...shared, "Audit", "Health"]);
  }
  expect(labelsFor("admin")).toEqual([...shared, "Audit", "Dead letters", "Health", "Settings"]);
  expect(linksFor([]).map(({ label }) => label)).toEqual(["Health"]);
});

test("pages of administration are offered to administrators alone", () => {
  for (const role of ["viewer", "reviewer", "operator"] as const) {
    expect(settingsLinksFor(ROLE_PERMISSIONS[role])).toEqual([]);
  }
  expect(settingsLinksFor(ROLE_PERMISSIONS.admin).map(({ label }) => label)).toEqual([
    ...["People", "API keys", "Data products", "Retention", "Models", "Audit"],
  ]);
});
