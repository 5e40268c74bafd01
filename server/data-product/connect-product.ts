import { signConnectorToken } from "@/server/identity";
import { AppError, type ServiceContext } from "@/server/platform";
import { createConnectorClient } from "./connector-client";
import type { DataProduct } from "./port";

const TOKEN_SECONDS = 300;

/**
 * The data product that the settings name, asked with tokens that this sidecar signs. Throws
 * `misconfigured` without DATA_PRODUCT_API.
 */
export function connectProduct({ ctx }: { ctx: ServiceContext }): DataProduct & {
  baseUrl: string;
} {
  const { DATA_PRODUCT_API: baseUrl, DATA_PRODUCT_ID: productId, AGENT_ID: subject } = ctx.settings;
  if (baseUrl === undefined) {
    throw new AppError(
      "misconfigured",
      "DATA_PRODUCT_API is not set: there is no data product to ask.",
    );
  }
  const input = { subject, audience: productId, ttl_seconds: TOKEN_SECONDS };
  const getToken = () => signConnectorToken({ ctx, input });
  return { ...createConnectorClient({ baseUrl, productId, getToken }), baseUrl };
}
