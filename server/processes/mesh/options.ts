import { parseArgs } from "node:util";
import { AppError } from "@/server/platform";

const BROKERS = ["redis", "postgres", "http"] as const;
export type BrokerKind = (typeof BROKERS)[number];

/** What can happen to the proposed change; `agreement` is the specification's example. */
const SCENARIO_NAMES = [
  ...([
    "agreement",
    "rejection",
    "counter",
    "expiry",
    "receiver-down",
    "receiver-restart",
  ] as const),
  ...(["registry-down", "person-no", "execution-fails"] as const),
] as const;
const ALL = "all";
export type ScenarioName = (typeof SCENARIO_NAMES)[number];

export interface MeshOptions {
  /** null: Redis where there is a redis-server, PostgreSQL otherwise. */
  broker: BrokerKind | null;
  scenarios: ScenarioName[];
  /** Decide as the demo's reviewers, instead of waiting for a person. */
  isAuto: boolean;
  /** End with the last scenario. */
  isOnce: boolean;
}

const USAGE = `npm run demo:mesh -- [--auto] [--once] [--broker ${BROKERS.join("|")}] [--scenario ${[...SCENARIO_NAMES, ALL].join("|")}]...`;

/** Reads the command line. Throws `invalid_input` with the usage. */
export function readOptions(args: string[]): MeshOptions {
  const { auto, once, broker, scenario } = parse(args);
  const scenarios =
    scenario.length === 0 ? ["agreement" as const] : scenario.flatMap(scenariosNamed);
  return {
    broker: broker === undefined ? null : oneOf(BROKERS, broker),
    scenarios,
    // Nobody is there to decide once it ends by itself, nor in what goes wrong on purpose.
    isAuto: auto || once || scenarios.some((name) => name !== "agreement"),
    isOnce: once,
  };
}

function parse(args: string[]) {
  try {
    return parseArgs({
      args,
      options: {
        auto: { type: "boolean", default: false },
        once: { type: "boolean", default: false },
        broker: { type: "string" },
        scenario: { type: "string", multiple: true, default: [] },
      },
    }).values;
  } catch (cause) {
    const said = cause instanceof Error ? cause.message : String(cause);
    throw new AppError("invalid_input", `${said}\n${USAGE}`, { cause });
  }
}

const scenariosNamed = (name: string): readonly ScenarioName[] =>
  name === ALL ? SCENARIO_NAMES : [oneOf(SCENARIO_NAMES, name)];

function oneOf<const Name extends string>(names: readonly Name[], given: string): Name {
  const found = names.find((name) => name === given);
  if (found === undefined) throw new AppError("invalid_input", `There is no ${given}.\n${USAGE}`);
  return found;
}
