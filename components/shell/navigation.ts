import type { Permission } from "@/server/contracts";

/** Pages with what their first request needs; null: anybody who is signed in. */
const LINKS: { href: string; label: string; needs: Permission | null }[] = [
  { href: "/", label: "Inbox", needs: "suggestion.read" },
  { href: "/results", label: "Results", needs: "operation.read" },
  { href: "/workload", label: "Workload", needs: "product.read" },
  { href: "/conversations", label: "Conversations", needs: "conversation.read" },
  { href: "/agents", label: "Agents", needs: "conversation.read" },
  { href: "/policies", label: "Policies", needs: "policy.read" },
  { href: "/model", label: "Model", needs: "model.read" },
  { href: "/audit", label: "Audit", needs: "audit.read" },
  { href: "/dead-letters", label: "Dead letters", needs: "message.manage" },
  { href: "/health", label: "Health", needs: null },
];

/** Pages of administration, in the order of their own list; the first that somebody may read opens it. */
const SETTINGS_LINKS: typeof LINKS = [
  { href: "/settings/people", label: "People", needs: "user.manage" },
  { href: "/settings/keys", label: "API keys", needs: "key.manage" },
  { href: "/settings/products", label: "Data products", needs: "product.manage" },
  { href: "/settings/retention", label: "Retention", needs: "retention.manage" },
  { href: "/model", label: "Models", needs: "model.promote" },
  { href: "/audit", label: "Audit", needs: "user.manage" },
];

const isReadable = (needs: Permission | null, permissions: readonly Permission[]) =>
  needs === null || permissions.includes(needs);

/** The pages of administration that somebody may read. */
export function settingsLinksFor(permissions: readonly Permission[]) {
  return SETTINGS_LINKS.filter(({ needs }) => isReadable(needs, permissions));
}

/** The pages that somebody may read: no link ends in a refusal. */
export function linksFor(permissions: readonly Permission[]) {
  const links = LINKS.filter(({ needs }) => isReadable(needs, permissions));
  const settings = { href: "/settings", label: "Settings", needs: null };
  return settingsLinksFor(permissions).length > 0 ? [...links, settings] : links;
}
