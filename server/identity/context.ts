import type { ServiceContext } from "@/server/platform";

/** What identity verbs need of the service context; a full one fits. */
export type IdentityContext = Pick<ServiceContext, "db" | "actor" | "requestId">;
