import path from "node:path";
import {
  env,
  inheritedEnvironment,
  launchEnv,
  type Settings as ProcessSettings,
  setEnv,
} from "@/server/platform";

type Values = Parameters<typeof setEnv>[0];

/** The settings of one part of the mesh: for its children, and for what is done here in its name. */
export interface Environment {
  env: ProcessSettings;
  /** As its children get them; a child that is restarted gets the same again. */
  variables: Record<string, string>;
}

/**
 * The settings with these values. Every part names the same ones, so that none is left over from the
 * part before; an empty one is not set.
 */
export function composeEnvironment(values: Values): Environment {
  setEnv({ NODE_ENV: "production", SIDECAR_MODE: "demo", ...UNSET, ...values });
  return { env: env(), variables: inheritedEnvironment() };
}

/** Holds everything of the mesh: below the data folder, apart from a sidecar's own. */
export const meshFolder = (): string => path.resolve(launchEnv().SIDECAR_DATA_DIR, "mesh");

/** What a person may have set for a sidecar of theirs, and what differs between the parts. */
const UNSET = {
  ...{ AGENT_DOMAIN: "", AGENT_URL: "", PUBLIC_URL: "", BIND_ADDRESS: "", REDIS_URL: "" },
  ...{ DATA_PRODUCT_API: "", SIDECAR_JWKS_URL: "", MODEL_PATH: "", INFERENCE_URL: "" },
  ...{ MCP_REGISTRY_URL: "", MCP_REGISTRY_TOKEN: "", MCP_BROKER_URL: "" },
} satisfies Values;
