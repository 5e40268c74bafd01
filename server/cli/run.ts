import { Command, CommanderError } from "commander";
import { z } from "zod";
import type { ErrorCode } from "@/server/contracts";
// Not the platform's whole door: the help needs no database.
import { AppError, toAppError } from "@/server/platform/errors";
import { startIn } from "./files";

interface Group {
  description: string;
  /** Adds the group's commands. Loaded for the group that is asked for: the verbs of all take seconds. */
  load: () => Promise<(group: Command) => void>;
}

const GROUPS: Record<string, Group> = {
  users: {
    description: "people who can sign in",
    load: async () => (await import("./commands/users")).addUserCommands,
  },
  keys: {
    description: "API keys of external services",
    load: async () => (await import("./commands/keys")).addKeyCommands,
  },
  "signing-keys": {
    description: "key pairs the sidecar signs with, towards data products and agents",
    load: async () => (await import("./commands/trust")).addSigningKeyCommands,
  },
  products: {
    description: "data products: whose calls are accepted, and what is wrong with one's answers",
    load: async () => (await import("./commands/products")).addProductCommands,
  },
  token: {
    description: "signed bearer tokens",
    load: async () => (await import("./commands/trust")).addTokenCommands,
  },
  suggestions: {
    description: "what was found, and its decision",
    load: async () => (await import("./commands/suggestions")).addSuggestionCommands,
  },
  changes: {
    description: "changes that somebody wants tested",
    load: async () => (await import("./commands/changes")).addChangeCommands,
  },
  operations: {
    description: "changes of the data product",
    load: async () => (await import("./commands/operations")).addOperationCommands,
  },
  policies: {
    description: "who approves what, and when it may be executed",
    load: async () => (await import("./commands/policies")).addPolicyCommands,
  },
  stop: {
    description: "the emergency stop of all automation",
    load: async () => (await import("./commands/policies")).addStopCommands,
  },
  registry: {
    description: "agents that may register at the registry of this database",
    load: async () => (await import("./commands/registry")).addRegistryCommands,
  },
  jobs: {
    description: "work in the queue",
    load: async () => (await import("./commands/jobs")).addJobCommands,
  },
  agents: {
    description: "agents of other data products",
    load: async () => (await import("./commands/cooperation")).addAgentCommands,
  },
  conversations: {
    description: "what sidecars agree on",
    load: async () => (await import("./commands/cooperation")).addConversationCommands,
  },
  messages: {
    description: "messages from and to other agents",
    load: async () => (await import("./commands/cooperation")).addMessageCommands,
  },
  "dead-letters": {
    description: "messages that were given up",
    load: async () => (await import("./commands/cooperation")).addDeadLetterCommands,
  },
  notifications: {
    description: "what people and webhooks are told",
    load: async () => (await import("./commands/notifications")).addNotificationCommands,
  },
  models: {
    description: "models of the inference worker",
    load: async () => (await import("./commands/models")).addModelCommands,
  },
  db: {
    description: "the knowledge store",
    load: async () => (await import("./commands/database")).addDatabaseCommands,
  },
};

/** All groups, those that the command line names with their commands. */
async function createProgram(args: string[], version: string): Promise<Command> {
  const program = new Command("sidecar")
    .version(version)
    .description("Administration of an Agentic Sidecar at the shell of its machine.")
    .option("--as <email>", "act as this person, with their roles (decisions need one)")
    .option("--json", "answer in JSON")
    .exitOverride();
  for (const [name, { description, load }] of Object.entries(GROUPS)) {
    const group = program.command(name).description(description);
    if (args.includes(name)) (await load())(group);
  }
  return program;
}

/** Options that do not fit are the caller's mistake, wherever they were parsed. */
function asAppError(error: unknown): AppError {
  if (!(error instanceof z.ZodError)) return toAppError(error);
  return new AppError("invalid_input", z.prettifyError(error), { cause: error });
}

interface Start {
  /** Where the command was typed: files are named from there. */
  folder?: string;
  version?: string;
}

/** Runs one command line. Answers the exit code; says why on stderr when that is not 0. */
export async function runCli(
  args: string[],
  { folder = process.cwd(), version = "unknown" }: Start = {},
): Promise<number> {
  startIn(folder);
  try {
    await (await createProgram(args, version)).parseAsync(args, { from: "user" });
    return 0;
  } catch (error) {
    // Commander said why already; its help ends with 0.
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : 2;
    const { code, message, cause } = asAppError(error);
    process.stderr.write(`${code}: ${message}\n`);
    if (code === "internal" && cause !== undefined) process.stderr.write(`${String(cause)}\n`);
    return exitCodeOf(code);
  }
}

/** What a script can tell apart. 1 is a failure of ours; 2 is the shell's wrong usage. */
const EXIT_CODES: Record<ErrorCode, number> = {
  invalid_input: 2,
  method_not_allowed: 2,
  too_large: 2,
  unsupported_media_type: 2,
  unauthenticated: 3,
  forbidden: 3,
  not_found: 4,
  conflict: 5,
  candidate_is_worse: 5,
  not_approved: 5,
  not_agreed: 5,
  coverage_too_low: 5,
  approval_incomplete: 5,
  acknowledgement_needed: 5,
  stopped: 5,
  not_executable: 5,
  schema_changed: 5,
  idempotency_mismatch: 5,
  rate_limited: 6,
  overloaded: 6,
  unavailable: 6,
  timeout: 6,
  request_timeout: 6,
  product_unreachable: 7,
  product_refused: 7,
  product_invalid: 7,
  product_timeout: 7,
  unsupported_version: 8,
  misconfigured: 8,
  internal: 1,
};

export function exitCodeOf(code: ErrorCode): number {
  return EXIT_CODES[code];
}
