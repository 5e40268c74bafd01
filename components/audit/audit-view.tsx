"use client";
import { Empty } from "@/components/common/blocks";
import { useCan } from "@/components/shell/session";
import { AuditFilters, useAuditFilter } from "./audit-filters";
import { AuditList } from "./audit-list";

/** The whole audit log, for those whose role may read it. */
export function AuditView() {
  const canRead = useCan("audit.read");
  const filter = useAuditFilter();
  if (!canRead) {
    return <Empty title="You don't have access to the audit log">Ask an admin.</Empty>;
  }
  return (
    <>
      <AuditFilters />
      <AuditList filter={filter} />
    </>
  );
}
