import { AuditView } from "@/components/audit/audit-view";
import { PageTitle } from "@/components/common/blocks";

export const metadata = { title: "Audit" };

export default function AuditPage() {
  return (
    <>
      <PageTitle
        title="Audit"
        lead="Every state change: who made it, and what differs since. Newest first; nothing is ever removed."
      />
      <AuditView />
    </>
  );
}
