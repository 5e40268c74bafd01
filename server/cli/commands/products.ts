import { z } from "zod";
import type { ConnectedProduct, ConnectorCheck } from "@/server/contracts";
import { formatInstant } from "@/server/format";
import type { ServiceContext } from "@/server/platform";
import { AppError } from "@/server/platform/errors";
import type { Answer, CliCommand } from "../command";
import { readText } from "../files";
import type { Table } from "../table";

const CREDENTIALS = { jwks: "public keys", secret: "secret", setting: "secret (AUTH_SECRET)" };

function stateOf(product: ConnectedProduct): string {
  if (product.paused_at !== null) return `paused by ${product.paused_by}`;
  if (!product.is_served) return "-";
  const [fault] = product.faults;
  return fault?.message ?? product.last_error ?? "served";
}

const tableOf = (products: ConnectedProduct[]): Table => ({
  columns: ["PRODUCT ID", "STATE", "ADDRESS", "LAST SEEN", "ITS CALLS"],
  rows: products.map((product) => [
    product.product_id,
    stateOf(product),
    product.base_url ?? "-",
    product.last_seen_at === null ? "never" : formatInstant(product.last_seen_at),
    product.credential === null ? "refused" : CREDENTIALS[product.credential],
  ]),
  empty: "No data product is known: sidecar products connect PRODUCT_ID ADDRESS",
});

async function listAll(ctx: ServiceContext): Promise<Answer> {
  const { listProducts } = await import("@/server/knowledge");
  const products = await listProducts({ ctx });
  return { data: products, lines: [tableOf(products)] };
}

/** One product, as it is after a change of it. Throws `not_found`. */
async function answerOne(ctx: ServiceContext, id: string): Promise<Answer> {
  const { listProducts } = await import("@/server/knowledge");
  const found = (await listProducts({ ctx })).find(({ product_id }) => product_id === id);
  if (found === undefined) throw new AppError("not_found", `There is no data product ${id}.`);
  return { data: found, lines: [tableOf([found])] };
}

/** Why a check failed: the product is not there where no route answered. */
function failureOf(faulty: ConnectorCheck[]): AppError | undefined {
  const [first] = faulty;
  if (first === undefined) return undefined;
  const message =
    faulty.length === 1
      ? "One of the connector's routes needs correction."
      : `${faulty.length} of the connector's routes need correction.`;
  const isSilent = faulty.every(
    ({ is_asked, fault }) => !is_asked || fault?.code === "no_connection",
  );
  return isSilent && first.is_asked
    ? new AppError("product_unreachable", "The data product does not answer.")
    : new AppError("product_invalid", message);
}

/** What each route answered; a failure where one is wrong. */
function answerChecks(checks: ConnectorCheck[]): Answer {
  return {
    data: checks,
    lines: checks.map(({ route, is_ok, is_asked, detail }) => ({
      status: !is_asked ? "none" : is_ok ? "ok" : "fail",
      text: `${route}: ${detail}`,
    })),
    failure: failureOf(checks.filter(({ is_ok }) => !is_ok)),
  };
}

async function check(ctx: ServiceContext, id?: string, address?: string): Promise<Answer> {
  const { checkConnection, checkConnector, connectProduct } = await import("@/server/data-product");
  if (id === undefined) {
    return answerChecks(await checkConnector({ ctx, input: { product: connectProduct({ ctx }) } }));
  }
  if (address === undefined) {
    throw new AppError("invalid_input", "A product that is not served needs its address too.");
  }
  const input = { product_id: id, base_url: address };
  return answerChecks(await checkConnection({ ctx, input }));
}

const TrustOptions = z.object({ jwks: z.string().optional(), secretFile: z.string().optional() });

async function trust(ctx: ServiceContext, product_id: string, given: unknown): Promise<Answer> {
  const { trustProduct } = await import("@/server/identity");
  const { jwks, secretFile } = TrustOptions.parse(given);
  const input = {
    // From a file: on the command line a secret would stay in the shell's history.
    ...(secretFile !== undefined && { secret: (await readText(secretFile)).trim() }),
    ...(jwks !== undefined && { jwks_url: jwks }),
    product_id,
  };
  const { secret } = await trustProduct({ ctx, input });
  const { data, lines } = await answerOne(ctx, product_id);
  const shown = secret === null ? [] : [`secret (shown only now): ${secret}`];
  return { data: { ...(data as ConnectedProduct), secret }, lines: [...lines, ...shown] };
}

export function defineProducts(group: CliCommand): void {
  group
    .command("list")
    .description("the one that is served first; never a secret")
    .answers("ConnectedProduct[]", ({ ctx }) => listAll(ctx));
  group
    .command("check [product_id] [address]")
    .description(
      "ask each reading route of the served product, or of one that is not connected yet",
    )
    .answers("ConnectorCheck[]", ({ ctx, optionalArg }) =>
      check(ctx, optionalArg("product_id"), optionalArg("address")),
    );
  defineConnections(group);
  group
    .command("trust <product_id>")
    .description("accept its calls, or replace its credential; without options a secret is made")
    .option("--jwks <address>", "where it publishes its public keys (https)")
    .option("--secret-file <path>", "file with a secret shared with this product alone")
    .answers("ConnectedProduct with secret", ({ ctx, arg, options }) =>
      trust(ctx, arg("product_id"), options),
    );
  group
    .command("untrust <product_id>")
    .description("refuse its calls from now on")
    .answers("ConnectedProduct[]", async ({ ctx, arg }) => {
      const { untrustProduct } = await import("@/server/identity");
      await untrustProduct({ ctx, input: { product_id: arg("product_id") } });
      return listAll(ctx);
    });
}

function defineConnections(group: CliCommand): void {
  group
    .command("connect <product_id> <address>")
    .description("serve this product from now on; nothing is changed where a route answers wrongly")
    .answers("ConnectedProduct", async ({ ctx, arg }) => {
      const { applyServedProduct, connectDataProduct } = await import("@/server/data-product");
      const [product_id, base_url] = [arg("product_id"), arg("address")];
      const checked = await check(ctx, product_id, base_url);
      if (checked.failure !== undefined) return checked;
      await connectDataProduct({ ctx, input: { product_id, base_url } });
      await applyServedProduct(ctx);
      return answerOne(ctx, product_id);
    });
  group
    .command("disconnect <product_id>")
    .description("serve what the settings name again")
    .answers("ConnectedProduct[]", async ({ ctx, arg }) => {
      const { disconnectProduct } = await import("@/server/data-product");
      await disconnectProduct({ ctx, input: { product_id: arg("product_id") } });
      return listAll(ctx);
    });
  group
    .command("pause <product_id>")
    .description("leave it alone: not observed, tested or changed until it is resumed")
    .answers("ConnectedProduct", async ({ ctx, arg }) => {
      const { pauseProduct } = await import("@/server/data-product");
      await pauseProduct({ ctx, input: { product_id: arg("product_id") } });
      return answerOne(ctx, arg("product_id"));
    });
  group
    .command("resume <product_id>")
    .description("observe and serve a paused product again")
    .answers("ConnectedProduct", async ({ ctx, arg }) => {
      const { resumeProduct } = await import("@/server/data-product");
      await resumeProduct({ ctx, input: { product_id: arg("product_id") } });
      return answerOne(ctx, arg("product_id"));
    });
}
