import { type ChildProcess, execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { text } from "node:stream/consumers";
import { promisify } from "node:util";
import { type ServerType, serve } from "@hono/node-server";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { createHarness, type Harness } from "@/server/api/rest/testing/harness";
import { runCli } from "@/server/cli/run";
import { environmentWith, setEnv } from "@/server/platform";
import { createTestDatabase, type TestDatabase } from "@/server/platform/testing";
import { readSettings } from "./settings";
// What commands load when they run, before the time of the test runs.
import "@/server/knowledge";
import "@/server/data-product";

/** Stands for npx: hands each command to the shell of this process, which starts quicker. */
const NPX = `#!/bin/sh
shift 1
printf '%s\\n' "$@" | curl -sf --data-binary @- "$CLI_URL"
`;

let database: TestDatabase;
let harness: Harness;
let folder: string;
let product: ChildProcess | undefined;
const servers: ServerType[] = [];
/** Ports of the page, and free ones that stand for them. */
const ports: Record<"9000" | "8000", number> = { 9000: 0, 8000: 0 };
/** Commands that were run, in order. */
const commands: string[] = [];

beforeAll(async () => {
  database = await createTestDatabase();
  folder = await mkdtemp(path.join(tmpdir(), "sidecar-setup-"));
  await mkdir(path.join(folder, "bin"));
  await writeFile(path.join(folder, "bin", "npx"), NPX);
  await chmod(path.join(folder, "bin", "npx"), 0o755);
  ports[8000] = await freePort();
});
afterAll(async () => {
  if (product?.pid !== undefined) process.kill(product.pid, "SIGKILL");
  for (const server of servers) server.close();
  await database.drop();
  await rm(folder, { recursive: true, force: true });
});

async function freePort(): Promise<number> {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  server.close();
  if (address === null || typeof address === "string") throw new Error("no port");
  return address.port;
}

function listen(fetch: (request: Request) => Promise<Response>): Promise<number> {
  return new Promise((resolve) => {
    servers.push(serve({ fetch, hostname: "127.0.0.1", port: 0 }, ({ port }) => resolve(port)));
  });
}

/** The shell lines below a heading of the page, with ports and folders of this test. */
async function linesOf(heading: string): Promise<string> {
  const page = await readFile("docs/production-setup.md", "utf8");
  const found = /```sh\n([\s\S]*?)```/.exec(page.slice(page.indexOf(`## ${heading}`)))?.[1];
  if (found === undefined) throw new Error(`${heading} has no shell lines.`);
  return found
    .replaceAll("9000", String(ports[9000]))
    .replaceAll("8000", String(ports[8000]))
    .replaceAll("/srv/orders", path.join(folder, "orders"));
}

/** One command line of the shell; answers its output, or 500 with what it said. */
async function answerCommand(request: Request): Promise<Response> {
  const args = (await request.text()).trimEnd().split("\n");
  commands.push(args.slice(0, 2).join(" "));
  const out = vi.spyOn(process.stdout, "write").mockReturnValue(true);
  try {
    const code = await runCli(args);
    const said = out.mock.calls.map(([line]) => String(line)).join("");
    return new Response(said, { status: code === 0 ? 200 : 500 });
  } finally {
    out.mockRestore();
  }
}

test("the page's lines lead from nothing to a checked product and a person with a token", async () => {
  // Terminal 1: the settings are those of a production with a product of one's own.
  ports[9000] = await listen((request) => harness.fetchChecked(request));
  const write = promisify(execFile)("bash", ["-euc", await linesOf("Terminal 1: the sidecar")], {
    cwd: folder,
  });
  await write;
  const settings = Object.fromEntries(
    (await readFile(path.join(folder, ".env"), "utf8"))
      .trim()
      .split("\n")
      .map((line) => line.split("=", 2)),
  );
  setEnv({ ...settings, SIDECAR_DATA_DIR: path.join(folder, "data") });
  expect(readSettings()).toMatchObject({
    ...{ isDemo: false, hasEmbeddedDatabase: true, hasDemoProduct: false, hasProduct: true },
    productUrl: `http://127.0.0.1:${ports[8000]}`,
  });
  setEnv({ DATABASE_URL: database.url });
  harness = await createHarness({ db: database.db });

  // Terminal 2: the product, a process of its own with nothing of the sidecar's.
  const plain = { ...environmentWith([]), NODE_ENV: "test" as const };
  const child = spawn("bash", ["-euc", await linesOf("Terminal 2")], {
    env: plain,
    stdio: ["ignore", "ignore", "pipe"],
  });
  product = child;
  const failure = text(child.stderr);
  const isUp = async () =>
    expect((await fetch(`http://127.0.0.1:${ports[8000]}/health`)).ok).toBe(true);
  const ended = once(child, "exit").then(async () => {
    throw new Error(`The product ended: ${await failure}`);
  });
  ended.catch(() => {});
  await Promise.race([vi.waitFor(isUp, { timeout: 50_000, interval: 200 }), ended]);

  // Terminal 1 again.
  const cliPort = await listen(answerCommand);
  const { stdout } = await promisify(execFile)(
    "bash",
    ["-euo", "pipefail", "-c", await linesOf("Terminal 1 again")],
    {
      cwd: folder,
      env: {
        ...plain,
        PATH: `${path.join(folder, "bin")}:${process.env.PATH}`,
        CLI_URL: `http://127.0.0.1:${cliPort}`,
      },
    },
  );
  expect(commands).toEqual([
    "products check",
    "users create",
    "keys create",
    "token issue",
    "products trust",
  ]);
  expect(stdout).toMatch(/^ok\s+GET \/connector\/schema: 3 tables/m);
  expect(stdout).not.toContain("FAIL");
  expect(stdout).toContain("password (shown only now): ");
  expect(stdout).toContain('"database":{"status":"ok"');
  expect(stdout).toContain('"items":[]');
  expect(stdout).toContain("secret (shown only now): ");
}, 90_000);
