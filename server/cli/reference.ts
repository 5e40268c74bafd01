import type { Argument, Option } from "commander";
import type { CliCommand } from "./command";
import { SECTIONS } from "./entries";
import { EXIT_MEANINGS } from "./exit-codes";
import { leafCommands } from "./program";

const cell = (text: string) => text.replaceAll("|", "\\|");

function optionLine({ flags, description, argChoices, defaultValue, mandatory }: Option): string {
  const values = argChoices === undefined ? "" : ` (${argChoices.join(", ")})`;
  const preset = defaultValue === undefined ? "" : `; default ${defaultValue}`;
  return `- \`${flags}\`${mandatory ? ", required" : ""}: ${description}${values}${preset}`;
}

function synopsisOf(path: string, command: CliCommand): string {
  const named = command.registeredArguments.map((argument: Argument) =>
    argument.required ? `<${argument.name()}>` : `[${argument.name()}]`,
  );
  return ["sidecar", path, ...named].join(" ");
}

function describeCommand(path: string, command: CliCommand): string {
  const values = command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
  return [
    `#### \`${synopsisOf(path, command)}\``,
    "",
    `${command.description()}${values.length === 0 ? "" : ` (${values.join(", ")})`}`,
    ...(command.options.length === 0 ? [] : ["", ...command.options.map(optionLine)]),
    "",
    `JSON: ${command.jsonType}`,
  ].join("\n");
}

/** The reference of docs/cli.md, from the declarations. A test compares the two. */
export function describeProgram(program: CliCommand): string {
  const leaves = leafCommands(program);
  const sections = Object.entries(SECTIONS).map(([heading, entries]) => {
    const names = new Set(Object.keys(entries));
    const own = leaves.filter(({ path }) => names.has(path.split(" ")[0] ?? ""));
    const commands = own.map(({ path, command }) => describeCommand(path, command));
    return `### ${heading.replace(":", "")}\n\n${commands.join("\n\n")}`;
  });
  const exits = Object.entries(EXIT_MEANINGS).map(([code, text]) => `| ${code} | ${cell(text)} |`);
  return [
    "## Exit codes\n",
    "| code | meaning |\n| ---: | --- |",
    `${exits.join("\n")}\n`,
    "## Options of every command\n",
    `${program.options.map(optionLine).join("\n")}\n`,
    "## Commands\n",
    sections.join("\n\n"),
  ].join("\n");
}
