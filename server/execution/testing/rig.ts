import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { and, eq } from "drizzle-orm";
import { startDemoProduct } from "@/demo";
import { jobs, operations } from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import {
  type Change,
  type Operation,
  Policy,
  type ProductSchema,
  type RegressionPolicy,
  type Suggestion,
  type SuggestionState,
} from "@/server/contracts";
import { createConnectorClient, type DataProduct } from "@/server/data-product";
import { approveSuggestion, getSuggestion } from "@/server/decisions";
import {
  ACTORS,
  candidateOf,
  contextOf,
  storeSuggestion,
} from "@/server/decisions/testing/fixtures";
import { observeProduct } from "@/server/knowledge";
import {
  createRoot,
  type Database,
  type ServiceContext,
  type Settings,
  systemContext,
} from "@/server/platform";
import { createTestDatabase } from "@/server/platform/testing";
import { getPolicy, setPolicy } from "@/server/policy";
import { type Held, requestExecution, requestRevert, runOperation, verifyOperation } from "..";

/** The change that tests execute. */
export const INDEX: Change = { kind: "add_index", table: "projects", column: "project_name" };

export const signal = new AbortController().signal;

const MINUTE_MS = 60_000;
const POLL_MS = 20;

/** A store, a real data product, and the ways of a suggestion between them. */
export class Rig {
  private constructor(
    readonly db: Database,
    readonly product: DataProduct,
    private readonly baseUrl: string,
    readonly close: () => Promise<void>,
  ) {}

  static async open(): Promise<Rig> {
    const store = await createTestDatabase();
    const dataDir = await mkdtemp(join(tmpdir(), "sidecar-execution-"));
    const demo = await startDemoProduct({
      port: 0,
      rows: 5000,
      dataDir,
      queriesPerSecond: 0,
      verifyToken: async () => {},
    });
    const product = createConnectorClient({
      baseUrl: demo.url,
      productId: "duckdb-spawn",
      getToken: async () => "test",
    });
    return new Rig(store.db, product, demo.url, async () => {
      await demo.close();
      await store.drop();
      await rm(dataDir, { recursive: true, force: true });
    });
  }

  get reviewer(): ServiceContext {
    return contextOf(this.db, ACTORS.reviewer);
  }

  get viewer(): ServiceContext {
    return contextOf(this.db, ACTORS.viewer);
  }

  get system(): ServiceContext {
    return systemContext(createRoot("test", { db: this.db }), "executor");
  }

  /** The schema as the product tells it now, which the store then knows. */
  observe(): Promise<ProductSchema> {
    return observeProduct({
      ctx: this.system,
      input: { product: this.product, baseUrl: this.baseUrl },
    });
  }

  read(suggestionId: string): Promise<Suggestion> {
    const ctx = contextOf(this.db, ACTORS.viewer);
    return getSuggestion({ ctx, input: { suggestion_id: suggestionId } });
  }

  async stateOf(suggestionId: string): Promise<SuggestionState> {
    return (await this.read(suggestionId)).state;
  }

  async hasIndex(): Promise<boolean> {
    const { tables } = await this.product.getSchema();
    const table = tables.find(({ name }) => name === "projects");
    return table?.indexes.some(({ columns }) => columns.includes("project_name")) ?? false;
  }

  /** Stores a suggestion of INDEX, proved on the schema as it is, and approves it. */
  async approve(): Promise<string> {
    const { tables, schema_fingerprint: schemaFingerprint } = await this.observe();
    const candidates = [candidateOf(INDEX, compilePlan(tables, [INDEX]), ["target"])];
    const { id } = await storeSuggestion(this.db, {
      state: "pending",
      schemaFingerprint,
      candidates,
    });
    await approveSuggestion({ ctx: this.reviewer, input: { suggestion_id: id, reason: "" } });
    return id;
  }

  request(suggestionId: string): Promise<Operation> {
    return requestExecution({ ctx: this.reviewer, input: { suggestion_id: suggestionId } });
  }

  requestRevert(suggestionId: string): Promise<Operation> {
    return requestRevert({ ctx: this.reviewer, input: { suggestion_id: suggestionId } });
  }

  /** An approved suggestion and its operation, which waits for the worker. */
  async queue(): Promise<{ id: string; operationId: string }> {
    const id = await this.approve();
    return { id, operationId: (await this.request(id)).operation_id };
  }

  /** The worker's turn at an operation, on `product` unless another is given. */
  run(operationId: string, product = this.product): Promise<Held | null> {
    return runOperation({ ctx: this.system, input: { operationId, product, signal } });
  }

  /** The worker's verdict on the live workload, which it has watched for a minute unless `afterMs` says otherwise. */
  verify(
    operationId: string,
    product: DataProduct,
    afterMs = () => MINUTE_MS,
    settings: Partial<Settings> = {},
  ): Promise<Held | null> {
    const clock = { now: () => new Date(Date.now() + afterMs()) };
    const input = { operationId, product, signal, pollMs: POLL_MS };
    const ctx = { ...this.system, clock };
    return verifyOperation({ ctx: { ...ctx, settings: { ...ctx.settings, ...settings } }, input });
  }

  /** Stores a policy that asks for one reviewer, with these limits of a regression. */
  async setRegressionPolicy(regression: Partial<RegressionPolicy>): Promise<void> {
    const ctx = contextOf(this.db, { ...ACTORS.reviewer, roles: ["admin"] });
    const { version } = await getPolicy({ ctx });
    const policy = Policy.parse({
      base: { approvals: [{ role: "reviewer", count: 1 }] },
      ...{ rules: [], auto_approval: { mode: "off" }, regression },
    });
    await setPolicy({ ctx, input: { policy, comment: "A test.", expected_version: version } });
  }

  /** Leaves the product as it was found: the tests of a file share one. */
  async settle(suggestionId: string): Promise<void> {
    const isQueued = and(eq(operations.suggestionId, suggestionId), eq(operations.state, "queued"));
    const [open] = await this.db.select().from(operations).where(isQueued);
    if (open !== undefined) await this.run(open.id);
    const { operation_id } = await this.requestRevert(suggestionId);
    await this.run(operation_id);
    if (await this.hasIndex()) throw new Error("The revert left the index behind.");
    await this.db.delete(jobs);
  }

  /** The real product with one method changed: how a crash or a slow network is staged. */
  withProduct(changed: Partial<DataProduct>): DataProduct {
    const { product } = this;
    return {
      productId: product.productId,
      getSchema: (s) => product.getSchema(s),
      getWorkload: (since, s) => product.getWorkload(since, s),
      query: (request, s) => product.query(request, s),
      exportTable: (table, options) => product.exportTable(table, options),
      execute: (request, s) => product.execute(request, s),
      getOperation: (id, s) => product.getOperation(id, s),
      ...changed,
    };
  }
}
