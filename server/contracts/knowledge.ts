import { z } from "zod";
import { ProductSchema, WorkloadPattern } from "./data-product";
import { ActorKind } from "./identity";
import { ProductFault } from "./product-fault";

/** How the time of a workload is shared out among its query shapes. */
export const WorkloadMix = z.object({
  /** Calls of SELECT shapes. */
  calls: z.number().int().nonnegative(),
  /** Share (0..1) of the time in shapes that were called at least twice. */
  repeated_share: z.number().min(0).max(1.001),
  /** Share (0..1) of the time by fingerprint; small ones together under the empty name. */
  shares: z.record(z.string(), z.number()),
});
export type WorkloadMix = z.infer<typeof WorkloadMix>;

/** How far the gathering of a workload has come before it is analyzed without anybody asking. */
export const WorkloadReadiness = z.object({
  is_enough: z.boolean(),
  /** 0..1; 1 only when it is enough. */
  share: z.number().min(0).max(1),
  /** What is not there yet, in words with figures. */
  missing: z.array(z.string()),
});
export type WorkloadReadiness = z.infer<typeof WorkloadReadiness>;

/** What the observer keeps of a workload while it waits until that is enough, or has moved. */
export const GatheredWorkload = z.object({
  at: z.iso.datetime(),
  /** The mix to compare the next one with, and how far it had moved from the one before. */
  anchor: WorkloadMix,
  distance: z.number().nullable(),
  readiness: WorkloadReadiness,
  /** An analysis would be started if it were enough. */
  is_waited_for: z.boolean(),
});
export type GatheredWorkload = z.infer<typeof GatheredWorkload>;

/** What the sidecar knows of the product beside it. */
export const ProductOverview = z.object({
  product_id: z.string(),
  domain: z.string(),
  base_url: z.string(),
  is_reachable: z.boolean(),
  last_seen_at: z.iso.datetime().nullable(),
  last_error: z.string().nullable(),
  /** What is wrong with it, as the last observation and the last test run found it. */
  faults: z.array(ProductFault),
  schema: ProductSchema.nullable(),
  /** Calls whose shape the product could not keep (its table of shapes was full). */
  dropped_calls: z.number().int(),
  /** While the first analysis waits for more of the workload; null: none waits for it. */
  gathering: WorkloadReadiness.nullable(),
});
export type ProductOverview = z.infer<typeof ProductOverview>;

/**
 * How a shape's recent rate of calls compares with its rate since it was first seen. `settling`:
 * too few calls or too short a time to tell.
 */
export const PatternDrift = z.enum(["new", "growing", "steady", "fading", "settling"]);
export type PatternDrift = z.infer<typeof PatternDrift>;

/** A row of observed_patterns, as pages and REST show it. */
export const ObservedPattern = z.object({
  pattern_id: z.uuid(),
  pattern_type: z.string(),
  pattern: WorkloadPattern,
  first_observed: z.iso.datetime(),
  last_observed: z.iso.datetime(),
  occurrence_count: z.number().int(),
  confidence: z.number(),
  drift: PatternDrift,
  /**
   * Calls of the latest 15 minutes as of the shape's last call: what mean, median and p95 of
   * `pattern` are of. No calls once it was silent for as long; null: never counted.
   */
  recent: z
    .object({
      calls: z.number().int().nonnegative(),
      since: z.iso.datetime(),
      until: z.iso.datetime(),
    })
    .nullable(),
});
export type ObservedPattern = z.infer<typeof ObservedPattern>;

export const AuditEvent = z
  .object({
    id: z.number().int(),
    at: z.iso.datetime(),
    actor_kind: ActorKind,
    actor_label: z.string(),
    action: z.string(),
    subject_type: z.string(),
    subject_id: z.string(),
    before: z.unknown(),
    after: z.unknown(),
    request_id: z.string().nullable(),
  })
  .meta({ id: "AuditEvent" });
export type AuditEvent = z.infer<typeof AuditEvent>;

/** Which audit entries are meant; what is left out does not narrow. */
export const AuditFilter = z.object({
  subject_id: z.string().max(100).optional(),
  /** Part of the actor's name, in any case: of an email address, a product id, a key's name. */
  actor: z.string().trim().max(200).optional(),
  /** `entity.verb` as it is, e.g. `suggestion.approve`. */
  action: z.string().trim().max(100).optional(),
  /** Kind of what was changed, e.g. `user`. */
  subject_type: z.string().trim().max(100).optional(),
  /** From this instant on. */
  since: z.iso.datetime({ offset: true }).optional(),
  /** Before this instant. */
  until: z.iso.datetime({ offset: true }).optional(),
});
export type AuditFilter = z.infer<typeof AuditFilter>;

export const ListAudit = AuditFilter.extend({
  limit: z.number().int().min(1).max(200).default(50),
  /** Show events with a smaller id than this. */
  before_id: z.number().int().positive().optional(),
});
export type ListAudit = z.infer<typeof ListAudit>;

/** A page of the audit log. */
export const AuditPage = z
  .object({
    items: z.array(AuditEvent),
    /** `before_id` of the next page; null: this is the last one. */
    next_before_id: z.int().nullable(),
  })
  .meta({ id: "AuditPage" });

/** More entries than this are not exported at once: the filter has to be narrower. */
export const AUDIT_EXPORT_MAX = 100_000;

export const ExportAudit = AuditFilter.extend({ format: z.enum(["csv", "json"]).default("csv") });
export type ExportAudit = z.infer<typeof ExportAudit>;
