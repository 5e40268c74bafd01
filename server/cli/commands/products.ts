import type { Command } from "commander";
import type { ConnectorCheck } from "@/server/contracts";
import { checkConnector, connectProduct } from "@/server/data-product";
import {
  listProductCredentials,
  type ProductCredential,
  trustProduct,
  untrustProduct,
} from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { type Answer, answer, table } from "../command";
import { readText } from "../files";

const rowOfProduct = (product: ProductCredential) => [
  product.productId,
  product.kind === "setting" ? "secret (AUTH_SECRET)" : (product.jwksUrl ?? "secret"),
  product.createdBy ?? "",
  product.createdAt?.toISOString() ?? "",
];
const answerProducts = (products: ProductCredential[]): Answer => ({
  data: products,
  lines: table(products.map(rowOfProduct)),
});

const answerChecks = (checks: ConnectorCheck[]): Answer => ({
  data: checks,
  lines: checks.map(
    ({ route, is_ok, is_asked, detail }) =>
      `${!is_asked ? "-    " : is_ok ? "ok   " : "FAULT"}  ${route}: ${detail}`,
  ),
});

async function check(command: Command): Promise<void> {
  let faulty = 0;
  await answer(command, async (ctx) => {
    const checks = await checkConnector({ ctx, input: { product: connectProduct({ ctx }) } });
    faulty = checks.filter(({ is_ok }) => !is_ok).length;
    return answerChecks(checks);
  });
  if (faulty === 0) return;
  throw new AppError(
    "product_invalid",
    faulty === 1
      ? "One of the connector's routes needs correction."
      : `${faulty} of the connector's routes need correction.`,
  );
}

async function trust(
  ctx: ServiceContext,
  product_id: string,
  { jwks, secretFile }: { jwks?: string; secretFile?: string },
): Promise<Answer> {
  const input = {
    // From a file: on the command line a secret would stay in the shell's history.
    product_id,
    ...(jwks !== undefined && { jwks_url: jwks }),
    ...(secretFile !== undefined && { secret: (await readText(secretFile)).trim() }),
  };
  const { credential, secret } = await trustProduct({ ctx, input });
  return {
    data: { ...credential, secret },
    lines: [
      ...table([rowOfProduct(credential)]),
      ...(secret === null ? [] : [`secret (shown only now): ${secret}`]),
    ],
  };
}

/** Data products: whose calls are accepted, and whether the one beside us keeps the contract. */
export function addProductCommands(group: Command): void {
  group
    .command("check")
    .description("ask each reading route of the data product; ends with 7 if one is wrong")
    .action((_, command: Command) => check(command));
  group
    .command("trust <product_id>")
    .description("register a product, or replace its credential; without options a secret is made")
    .option("--jwks <address>", "where it publishes its public keys (https)")
    .option("--secret-file <path>", "file with a secret shared with this product alone")
    .action((id: string, options, command: Command) =>
      answer(command, (ctx) => trust(ctx, id, options)),
    );
  group
    .command("list")
    .description("by id; never a secret")
    .action((_, command: Command) =>
      answer(command, async (ctx) => answerProducts(await listProductCredentials({ ctx }))),
    );
  group
    .command("untrust <product_id>")
    .description("refuse its calls from now on")
    .action((product_id: string, _, command: Command) =>
      answer(command, async (ctx) =>
        answerProducts([await untrustProduct({ ctx, input: { product_id } })]),
      ),
    );
}
