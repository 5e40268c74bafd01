import type { Actor } from "@/server/contracts";
import { type Database, newId } from "@/server/platform";

/** Who acts while an installation is set up; named in the audit trail. */
const INSTALLER: Actor = {
  kind: "system",
  id: "installer",
  label: "installer",
  roles: ["admin"],
};

export interface InstallerContext {
  db: Database;
  actor: Actor;
  requestId: string;
}

export function installerContext(db: Database): InstallerContext {
  return { db, actor: INSTALLER, requestId: newId("req") };
}
