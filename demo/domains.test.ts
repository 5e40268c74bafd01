import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test, vi } from "vitest";
import { startDemoProduct } from "@/demo";
import { createConnectorClient } from "@/server/data-product";
import type { DomainName } from "./domains";

const ROWS = 4000;

/** Runs `use` on a product of the domain, busy with its own workload; fails on any error of it. */
async function withProduct(
  domain: DomainName,
  use: (product: ReturnType<typeof createConnectorClient>, url: string) => Promise<void>,
): Promise<void> {
  const dataDir = await mkdtemp(join(tmpdir(), `demo-${domain}-`));
  const errors: unknown[] = [];
  const product = await startDemoProduct({
    port: 0,
    domain,
    productId: domain,
    rows: ROWS,
    dataDir,
    queriesPerSecond: 100,
    verifyToken: async () => undefined,
    onError: (error) => errors.push(error),
  });
  try {
    const client = createConnectorClient({
      baseUrl: product.url,
      productId: domain,
      getToken: async () => "any",
    });
    await use(client, product.url);
  } finally {
    await product.close();
    await rm(dataDir, { recursive: true, force: true });
  }
  expect(errors).toEqual([]);
}

const post = (body: unknown) => ({
  method: "POST",
  headers: { "content-type": "application/json" },
  body: JSON.stringify(body),
});

test("risk serves assessments of financing's projects, and a workload of its own", async () => {
  await withProduct("risk", async (product, url) => {
    const { domain, tables } = await product.getSchema();
    expect(domain).toBe("risk");
    const assessments = tables.find(({ name }) => name === "risk_assessments");
    expect(assessments?.row_count).toBeGreaterThanOrEqual(ROWS);
    expect(assessments?.columns).toContainEqual(
      expect.objectContaining({ name: "risk_assessment_id", type: "UUID", nullable: false }),
    );
    const answer = await fetch(`${url}/ops/assessments?rating=BBB&limit=3`);
    const [first] = (await answer.json()) as { project_id: string; rating: string }[];
    expect(first?.rating).toBe("BBB");
    const created = await fetch(
      `${url}/ops/assessments`,
      post({
        project_id: first?.project_id,
        model_version: "pd-2.3",
        score: 700,
        rating: "A",
        probability_of_default: 0.011,
        loss_given_default: 0.4,
      }),
    );
    expect(created.status).toBe(201);
    const { risk_assessment_id } = (await created.json()) as { risk_assessment_id: string };
    const found = await fetch(`${url}/ops/assessments/${risk_assessment_id}`);
    expect(await found.json()).toMatchObject({ score: 700, rating: "A" });
    await vi.waitFor(async () => {
      const { patterns } = await product.getWorkload(new Date(0));
      expect(patterns.length).toBeGreaterThanOrEqual(5);
    }, 15_000);
  });
});

test("reporting mirrors part of financing's projects and reads them through views", async () => {
  await withProduct("reporting", async (product, url) => {
    const { domain, tables, views } = await product.getSchema();
    expect(domain).toBe("reporting");
    expect(tables.find(({ name }) => name === "projects")?.row_count).toBe(ROWS / 2);
    expect(views?.map(({ name }) => name).sort()).toEqual(["monthly_volume", "open_projects"]);
    for (const report of ["status", "currency", "monthly", "open"]) {
      const rows = await (await fetch(`${url}/ops/reports/${report}`)).json();
      expect([report, Array.isArray(rows) && rows.length > 0]).toEqual([report, true]);
    }
    const added = await fetch(`${url}/admin/tables/projects`, {
      ...post({ add_columns: [{ name: "risk_assessment_id", type: "UUID" }] }),
      method: "PUT",
      headers: { "content-type": "application/json", authorization: "Bearer any" },
    });
    expect(added.status).toBe(200);
    // The views name their columns: the mirror can grow under them.
    expect((await fetch(`${url}/ops/reports/open`)).status).toBe(200);
    const dropped = await fetch(`${url}/admin/tables/projects`, {
      method: "DELETE",
      headers: { authorization: "Bearer any" },
    });
    expect(dropped.status).toBe(409);
  });
});

test("the mirror holds the very projects that financing has", async () => {
  const limits = { row_limit: 3, timeout_ms: 5000 };
  let mirrored: unknown[][] = [];
  await withProduct("reporting", async (product) => {
    const sql = "SELECT project_id, project_name FROM projects ORDER BY project_id";
    mirrored = (await product.query({ sql, parameters: [], ...limits })).rows;
    expect(mirrored).toHaveLength(3);
  });
  await withProduct("financing", async (product) => {
    for (const [id, name] of mirrored) {
      const sql = "SELECT project_name FROM projects WHERE project_id = ?";
      const { rows } = await product.query({ sql, parameters: [String(id)], ...limits });
      expect(rows).toEqual([[name]]);
    }
  });
});
