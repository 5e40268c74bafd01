import { Command } from "commander";
// Types only: what a verb needs is loaded when a command runs, so that the help of all is quick.
import type { ServiceContext } from "@/server/platform";
import { AppError } from "@/server/platform/errors";
import { layoutTable, type Table } from "./table";
import { paint, printable, type Terminal, terminal } from "./terminal";

/** A finding of a check. */
interface Finding {
  status: "ok" | "warn" | "fail" | "none";
  text: string;
}

type Line = string | Table | Finding;

/** What a command says: `data` as JSON for scripts, or `lines` for people. */
export interface Answer {
  data: unknown;
  lines: Line[];
  /** Thrown once the answer is shown: it tells of a failure, as a check does. */
  failure?: AppError | undefined;
}

/** One call of a command. */
export interface Call {
  /** The argument of that name, which the declaration requires. */
  arg: (name: string) => string;
  /** The optional argument of that name. */
  optionalArg: (name: string) => string | undefined;
  options: Record<string, unknown>;
  isJson: boolean;
}

type Verb = (call: Call & { ctx: ServiceContext }) => Promise<Answer | null>;

/** A command whose declaration says what its JSON is: help, documentation and completion are made of it. */
export class CliCommand extends Command {
  /** The type of `server/contracts`, or its shape in words, that `--json` prints; null: a group. */
  jsonType: string | null = null;

  override createCommand(name?: string): CliCommand {
    return new CliCommand(name);
  }

  /** Runs a verb on the installation's database, as whom `--as` names. null: it has written its answer. */
  answers(jsonType: string, verb: Verb): this {
    return this.prints(jsonType, async (call) => {
      const { withContext } = await import("./connect");
      const { as } = call.options;
      return withContext(as === undefined ? undefined : String(as), (ctx) =>
        verb({ ...call, ctx }),
      );
    });
  }

  /** Runs what needs no database. */
  prints(jsonType: string, run: (call: Call) => Promise<Answer | null>): this {
    this.jsonType = jsonType;
    return this.action(async () => {
      const call = this.#call();
      const answer = await run(call);
      if (answer === null) return;
      show(answer, call.isJson);
      if (answer.failure !== undefined) throw answer.failure;
    });
  }

  #call(): Call {
    const optionalArg = (name: string): string | undefined => {
      const index = this.registeredArguments.findIndex((argument) => argument.name() === name);
      return this.processedArgs[index];
    };
    const arg = (name: string): string => {
      const value = optionalArg(name);
      if (value === undefined) throw new AppError("internal", `${name} is not declared.`);
      return value;
    };
    const options = this.optsWithGlobals<Record<string, unknown>>();
    return { arg, optionalArg, options, isJson: options.json === true };
  }
}

function show({ data, lines }: Answer, isJson: boolean): void {
  const out = terminal(process.stdout);
  const text = isJson
    ? JSON.stringify(data, null, 2)
    : lines.flatMap((line) => textOf(line, out)).join("\n");
  process.stdout.write(`${text}\n`);
}

const MARKS = { ok: "ok  ", warn: "warn", fail: "FAIL", none: "-   " } as const;
const TONES = { ok: "green", warn: "yellow", fail: "red", none: null } as const;

function textOf(line: Line, out: Terminal): string[] {
  if (typeof line === "string") return [printable(line)];
  if ("rows" in line) return layoutTable(line, out);
  const { status, text } = line;
  return [`${paint(MARKS[status], TONES[status], out.isColored)}  ${printable(text)}`];
}

/** Commander's collector for `--scope a --scope b` and `--scope a,b`. */
export function collect(value: string, earlier: string[] | undefined): string[] {
  return [...(earlier ?? []), ...value.split(",").filter((part) => part !== "")];
}
