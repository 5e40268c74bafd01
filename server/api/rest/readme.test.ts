import { execFile } from "node:child_process";
import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import path from "node:path";
import { promisify } from "node:util";
import { type ServerType, serve } from "@hono/node-server";
import { eq } from "drizzle-orm";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { operations, suggestionItems, suggestions } from "@/drizzle/schema";
import { compilePlan } from "@/server/advisor";
import { transitionSuggestion } from "@/server/decisions";
import { candidateOf } from "@/server/decisions/testing/fixtures";
import { INDEX, Rig } from "@/server/execution/testing/rig";
import { newId } from "@/server/platform";
import { createHarness, type Harness } from "./testing/harness";

let rig: Rig;
let harness: Harness;
let server: ServerType;
let folder: string;
/** What the server answered, in order: `POST /agent/execute 202`. */
const answered: string[] = [];

beforeAll(async () => {
  rig = await Rig.open();
  await rig.observe();
  harness = await createHarness({ db: rig.db });
  const url = await listen();
  folder = await mkdtemp(path.join(tmpdir(), "sidecar-readme-"));
  await mkdir(path.join(folder, ".data"));
  const { key } = await harness.apiKey([
    "suggestion.read",
    "suggestion.analyze",
    "operation.execute",
  ]);
  const { headers } = await harness.person(["reviewer", "operator"]);
  const reviewerToken = headers.authorization.replace("Bearer ", "");
  const demo = { url, apiKey: key, reviewerToken };
  await writeFile(path.join(folder, ".data", "demo.json"), JSON.stringify(demo));
});
afterAll(async () => {
  server.close();
  await rig.close();
  await rm(folder, { recursive: true, force: true });
});

/** The routes on a free port; every answer is held against the published document. */
function listen(): Promise<string> {
  const fetch = async (request: Request) => {
    const response = await harness.fetchChecked(request);
    answered.push(`${request.method} ${new URL(request.url).pathname} ${response.status}`);
    return response;
  };
  return new Promise((resolve) => {
    server = serve({ fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => {
      resolve(`http://127.0.0.1:${port}`);
    });
  });
}

/** The shell lines of a section of the README. */
async function linesOf(section: string): Promise<string> {
  const readme = await readFile("README.md", "utf8");
  const text = readme.slice(readme.indexOf(`## ${section}\n`));
  const found = /```sh\n([\s\S]*?)```/.exec(text)?.[1];
  if (found === undefined) throw new Error(`The section ${section} has no shell lines.`);
  return found;
}

/** The prover's part: what a test run leaves behind when an index paid off. */
async function publishAdviceOnceAsked(): Promise<string> {
  const { tables } = await rig.product.getSchema();
  const id = await vi.waitFor(
    async () => {
      const isProving = eq(suggestions.state, "proving");
      const [row] = await rig.db.select().from(suggestions).where(isProving);
      if (row === undefined) throw new Error("nothing was asked yet");
      return row.id;
    },
    { timeout: 20_000 },
  );
  const candidate = candidateOf(INDEX, compilePlan(tables, [INDEX]), ["target"]);
  await rig.db.transaction(async (tx) => {
    await tx
      .insert(suggestionItems)
      .values({ id: newId("item"), suggestionId: id, ordinal: 0, role: "suggested", candidate });
    await transitionSuggestion({ tx, ctx: rig.system, input: { id, transition: "publishAdvice" } });
  });
  return id;
}

test("the README's lines analyze, approve and execute as they stand there", async () => {
  const script = await linesOf("REST in a minute");
  const [id, { stdout, stderr }] = await Promise.all([
    publishAdviceOnceAsked(),
    promisify(execFile)("bash", ["--norc", "-euo", "pipefail", "-c", script], { cwd: folder }),
  ]);
  expect(stderr).toBe("");
  expect(answered).toEqual([
    "GET /agent/suggestions 200",
    "POST /agent/analyze 200",
    "POST /agent/analyze 200",
    `GET /agent/suggestions/${id} 200`,
    `POST /agent/suggestions/${id}/approve 200`,
    "POST /agent/execute 202",
  ]);
  expect(stdout).toContain(`"suggestion_id":"${id}"`);
  const [operation] = await rig.db.select().from(operations);
  await rig.run(operation?.id ?? "");
  expect(await rig.hasIndex()).toBe(true);
});
