"use client";
import { Empty } from "@/components/common/blocks";
import { useCan } from "@/components/shell/session";
import { AuditList } from "./audit-list";

/** The whole audit log, for those whose role may read it. */
export function AuditView() {
  if (useCan("audit.read")) return <AuditList />;
  return <Empty title="You don't have access to the audit log">Ask an admin.</Empty>;
}
