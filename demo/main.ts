import { createLogger, env } from "@/server/platform";
import { createTokenVerifier } from "./http/verify-token";
import { type DemoProduct, type DemoProductOptions, startDemoProduct } from "./start-demo-product";

const LEVELS = { DEBUG: "debug", INFO: "info", WARNING: "warn", ERROR: "error" } as const;

/** The demo data product as a process: one line when it listens, clean end on SIGTERM and SIGINT. */
async function main(): Promise<void> {
  // Its files hold the product's data: nobody else on this machine reads them.
  process.umask(0o077);
  const settings = env();
  const log = createLogger("demo", settings);
  const jwksUrl = settings.SIDECAR_JWKS_URL;
  if (jwksUrl === undefined) {
    throw new Error("SIDECAR_JWKS_URL must say where the sidecar publishes its public keys.");
  }
  const product = await start({
    port: settings.DEMO_PORT,
    domain: settings.DEMO_DOMAIN,
    rows: settings.DEMO_ROWS,
    dataDir: settings.SIDECAR_DATA_DIR,
    queriesPerSecond: settings.DEMO_QUERIES_PER_SECOND,
    productId: settings.DATA_PRODUCT_ID,
    verifyToken: createTokenVerifier({
      jwksUrl,
      productId: settings.DATA_PRODUCT_ID,
      agentId: settings.AGENT_ID,
    }),
    onError: (error) => log.error({ err: error }, "demo.error"),
    onLogLevel: (level) => {
      log.level = LEVELS[level];
    },
  });
  log.info({ url: product.url }, "demo.listening");
  const end = (signal: string) => {
    log.info({ signal }, "demo.closing");
    product.close().then(
      () => process.exit(0),
      (error: unknown) => fail(error),
    );
  };
  process.once("SIGTERM", () => end("SIGTERM"));
  process.once("SIGINT", () => end("SIGINT"));
}

function fail(error: unknown): never {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exit(1);
}

/** Throws with what went wrong and what to do about it. */
function start(options: DemoProductOptions): Promise<DemoProduct> {
  return startDemoProduct(options).catch((cause: unknown) => {
    throw new Error(explain(cause, options.port), { cause });
  });
}

function explain(error: unknown, port: number): string {
  const text = error instanceof Error ? error.message : String(error);
  if (/EADDRINUSE/.test(text)) {
    return `Port ${port} is taken. Stop the program that uses it, or set DEMO_PORT to a free port.`;
  }
  if (/Could not set lock|Conflicting lock/i.test(text)) {
    return `The demo data is open in another process: stop it, or set SIDECAR_DATA_DIR to another folder. (${text})`;
  }
  if (/ENOSPC|No space left|not enough space/i.test(text)) {
    return `The disk is full: free about 1 GB, or set SIDECAR_DATA_DIR to another disk. (${text})`;
  }
  return `The demo data product could not start: ${text}`;
}

main().catch(fail);
