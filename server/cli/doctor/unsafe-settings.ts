import type { DoctorCheck } from "@/server/contracts";
import { isLoopback, type Settings } from "@/server/platform";
import { ok, warn } from "./check";

const NAME = "unsafe settings";

/** Addresses over which secrets and data travel. */
const ADDRESSES = [
  ["DATA_PRODUCT_API", "Serve the product over https."],
  ["MCP_REGISTRY_URL", "Serve the registry over https."],
  ["INFERENCE_URL", "Serve the model over https."],
  ["REDIS_URL", "Use rediss://."],
  ["MCP_BROKER_URL", "Use rediss://, or sslmode=require."],
  ["DATABASE_URL", "Add sslmode=require."],
  ["PUBLIC_URL", "Serve people over https: cookies and passwords are sent in the clear."],
] as const satisfies readonly (readonly [keyof Settings, string])[];

/** True of an address of another machine without TLS. */
function isClear(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, searchParams } = new URL(text);
  // A PostgreSQL URL without a host, or with a socket's folder, stays on this machine.
  if (hostname === "" || hostname.startsWith("%2F") || isLoopback(hostname)) return false;
  const isPostgres = /^postgres(ql)?:$/.test(protocol);
  if (!isPostgres) return protocol === "http:" || protocol === "redis:";
  return ["disable", "allow", "prefer", null].includes(searchParams.get("sslmode"));
}

const clearAddresses = (settings: Settings): DoctorCheck[] =>
  ADDRESSES.flatMap(([name, advice]) => {
    const value = settings[name];
    if (value === undefined || !isClear(value)) return [];
    return [warn(NAME, `${name} leads to another machine without encryption.`, advice)];
  });

interface Rule {
  isUnsafe: (settings: Settings) => boolean;
  detail: string;
  advice: string;
}

/** Of production; a demo is for one machine, and refuses to be more. */
const RULES: Rule[] = [
  {
    isUnsafe: ({ PUBLIC_URL }) => PUBLIC_URL === undefined,
    detail: "PUBLIC_URL is not set: links lead to localhost.",
    advice: "Set it to the address that people use.",
  },
  {
    isUnsafe: ({ MCP_REGISTRY_URL, MCP_UNSIGNED_MESSAGES }) =>
      MCP_REGISTRY_URL !== undefined && MCP_UNSIGNED_MESSAGES === "token",
    detail: "Messages without a signature are taken.",
    advice: "Set MCP_UNSIGNED_MESSAGES=refuse once every agent signs.",
  },
  {
    isUnsafe: ({ WEBHOOK_PRIVATE_ADDRESSES }) => WEBHOOK_PRIVATE_ADDRESSES === "allow",
    detail: "Webhooks may call addresses of your own network.",
    advice: "Leave WEBHOOK_PRIVATE_ADDRESSES out, unless a receiver is there.",
  },
  {
    isUnsafe: ({ TRUSTED_PROXIES }) =>
      TRUSTED_PROXIES.kind === "networks" &&
      (TRUSTED_PROXIES.networks.check("192.0.2.1", "ipv4") ||
        TRUSTED_PROXIES.networks.check("2001:db8::1", "ipv6")),
    detail:
      "TRUSTED_PROXIES believes the whole internet: anybody can choose the address they come from.",
    advice: "Name the proxies, or how many there are.",
  },
  {
    isUnsafe: ({ APPROVAL_COVERAGE_MIN }) => APPROVAL_COVERAGE_MIN === 0,
    detail:
      "APPROVAL_COVERAGE_MIN is 0: nobody is asked when too little of a workload was replayed.",
    advice: "Leave it out.",
  },
  {
    isUnsafe: ({ LOG_LEVEL }) => LOG_LEVEL === "debug",
    detail: "LOG_LEVEL is debug: the log is long, and tells more than it needs to.",
    advice: "Leave it out once what you look for is found.",
  },
];

/** Settings that are valid and risky. */
export function checkUnsafeSettings(settings: Settings): DoctorCheck[] {
  const isProduction = settings.SIDECAR_MODE === "production";
  const broken = isProduction ? RULES.filter(({ isUnsafe }) => isUnsafe(settings)) : [];
  const found = [
    ...broken.map(({ detail, advice }) => warn(NAME, detail, advice)),
    ...clearAddresses(settings),
  ];
  if (found.length > 0) return found;
  const demo = "A demo: for this machine only.";
  return [ok(NAME, isProduction ? "None." : demo)];
}
