import { pruneRequestRates } from "@/server/api/http";
import { type DataProduct, isProductPaused } from "@/server/data-product";
import {
  analyzeWhenDue,
  approveWithinLimits,
  expireSuggestions,
  remindApprovers,
  resumeSearches,
  supersedeBySchemaChange,
} from "@/server/decisions";
import { observeProduct } from "@/server/knowledge";
import { learnFromOutcomes } from "@/server/learning";
import { serveActiveModel } from "@/server/models";
import { makeDigests } from "@/server/notify";
import { type Root, type ServiceContext, systemContext, toAppError } from "@/server/platform";
import type { Sweep } from "@/server/queue";
import { pruneAll } from "./prune";

const EXPIRE_SECONDS = 10;
const POLICY_SECONDS = 30;
const LEARN_SECONDS = 60;
const PRUNE_SECONDS = 3600;
const DIGEST_SECONDS = 60;

/** How the data product answered the last time this process asked. */
export interface ProductContact {
  /** null: not asked yet. */
  fault: string | null;
  isKnown: boolean;
}

/** What is due by the clock: observing the product, ending what became stale, pruning. */
export function createSweeps(
  root: Root,
  options: { connect: () => DataProduct & { baseUrl: string }; contact: ProductContact },
): Sweep[] {
  const ctx = (label: string) => systemContext(root, label);
  const { connect, contact } = options;

  /** Keeps schema and patterns, ends what they made stale, and asks for an analysis that is due. */
  async function observe(): Promise<void> {
    const observer = ctx("observer");
    const { DATA_PRODUCT_API, DATA_PRODUCT_ID } = root.settings;
    if (DATA_PRODUCT_API === undefined) return;
    if (await isProductPaused({ ctx: observer, input: { productId: DATA_PRODUCT_ID } })) return;
    const product = connect();
    const schema = await observeProduct({
      ctx: observer,
      input: { product, baseUrl: product.baseUrl },
    }).catch((error: unknown) => {
      Object.assign(contact, { isKnown: true, fault: toAppError(error).message });
      throw error;
    });
    Object.assign(contact, { isKnown: true, fault: null });
    const { product_id: productId, schema_fingerprint: schemaFingerprint } = schema;
    await supersedeBySchemaChange({ ctx: observer, input: { productId, schemaFingerprint } });
    await resumeSearches({ ctx: observer });
    const suggestion = await analyzeWhenDue({ ctx: observer, input: { product, schema } });
    if (suggestion !== null) root.log.info({ suggestion }, "analysis started");
  }

  return [
    { name: "observe", everySeconds: root.settings.OBSERVE_SECONDS, run: observe },
    {
      name: "expire",
      everySeconds: EXPIRE_SECONDS,
      run: () => expireSuggestions({ ctx: ctx("expiry") }),
    },
    {
      name: "policy",
      everySeconds: POLICY_SECONDS,
      run: async () => {
        await approveWithinLimits({ ctx: ctx("policy") });
        await remindApprovers({ ctx: ctx("policy") });
      },
    },
    {
      name: "learn",
      everySeconds: LEARN_SECONDS,
      run: async () => {
        await learnFromOutcomes({ ctx: ctx("learning") });
      },
    },
    {
      name: "prune",
      everySeconds: PRUNE_SECONDS,
      run: async () => {
        const pruning = ctx("pruning");
        const pruned = await pruneAll({ ctx: pruning });
        const callers = await pruneRequestRates({ ctx: pruning });
        root.log.debug({ ...pruned, callers }, "what is older than it is kept was deleted");
      },
    },
    {
      name: "digests",
      everySeconds: DIGEST_SECONDS,
      run: () => makeDigests({ ctx: ctx("digests") }),
    },
  ];
}

/** A worker that was restarted serves the default again: it is told within this time. */
const LOOK_MS = 15_000;

/** Has the inference worker serve the active model, from now on. Answers what stops it. */
export function startModelKeeper(ctx: ServiceContext): () => Promise<void> {
  const { bus, log } = ctx;
  let looking = Promise.resolve();
  const look = () => {
    looking = looking
      .then(() => serveActiveModel({ ctx }))
      .catch((error: unknown) => log.warn({ err: error }, "the active model is not known"));
  };
  const timer = setInterval(look, LOOK_MS);
  const subscribed = bus.subscribe((event) => {
    if (event.topic === "model") look();
  });
  look();
  return async () => {
    clearInterval(timer);
    await (await subscribed)();
    await looking;
  };
}
