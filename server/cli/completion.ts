import type { CliCommand } from "./command";

export const SHELLS = ["bash", "zsh", "fish"] as const;
type Shell = (typeof SHELLS)[number];
export const isShell = (name: string): name is Shell => SHELLS.some((shell) => shell === name);

/** What may follow the words of a command: all that completion knows of it. */
interface Place {
  /** Words of the command: ` users list`; empty at the top. */
  path: string;
  words: { word: string; summary: string }[];
  /** Options that take one of some values, and arguments that do (`option` is empty). */
  choices: { option: string; values: readonly string[] }[];
}

/** Every command of the program, from the declarations. */
function placesOf(program: CliCommand): Place[] {
  const globals = program.options;
  const visit = (command: CliCommand, path: string): Place[] => {
    const options = path === "" ? globals : [...command.options, ...globals];
    const shown = command.createHelp().visibleCommands(command);
    const words = [
      ...shown.map((each) => ({
        word: each.name(),
        summary: each.summary() || each.description(),
      })),
      ...options.map(({ long, description }) => ({ word: long ?? "", summary: description })),
      { word: "--help", summary: "print the help" },
    ];
    const choices = [
      ...options.map(({ long, argChoices }) => ({ option: long ?? "", values: argChoices ?? [] })),
      ...command.registeredArguments.map((each) => ({ option: "", values: each.argChoices ?? [] })),
    ].filter(({ values }) => values.length > 0);
    const below = command.commands.flatMap((each) =>
      visit(each as CliCommand, `${path} ${each.name()}`),
    );
    return [{ path, words, choices }, ...below];
  };
  return visit(program, "");
}

/** The words after an argument with choices: those as well. */
const wordsOf = ({ words, choices }: Place): string =>
  [
    ...choices.filter(({ option }) => option === "").flatMap(({ values }) => values),
    ...words.map(({ word }) => word),
  ].join(" ");

/** Words that go one command further down, as patterns of a `case`. */
const commandPatterns = (places: Place[]): string =>
  places
    .filter(({ path }) => path !== "")
    .map(({ path }) => `"${path}"`)
    .join("|");

const optionCases = (places: Place[], reply: (values: readonly string[]) => string): string =>
  places
    .flatMap(({ path, choices }) =>
      choices
        .filter(({ option }) => option !== "")
        .map(({ option, values }) => `    "${path} ${option}") ${reply(values)} ;;`),
    )
    .join("\n");

const bash = (places: Place[]): string => `# sidecar: completion for bash
_sidecar() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}" path="" word words=""
  for word in "\${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
    case "$path $word" in
      ${commandPatterns(places)}) path="$path $word" ;;
    esac
  done
  case "$path $prev" in
${optionCases(places, (values) => `COMPREPLY=($(compgen -W "${values.join(" ")}" -- "$cur")); return`)}
  esac
  case "$path" in
${places.map((place) => `    "${place.path}") words="${wordsOf(place)}" ;;`).join("\n")}
  esac
  COMPREPLY=($(compgen -W "$words" -- "$cur"))
}
complete -o default -F _sidecar sidecar
`;

const zsh = (places: Place[]): string => `#compdef sidecar
# sidecar: completion for zsh
_sidecar() {
  local prev="\${words[CURRENT-1]}" path_="" word
  for word in "\${(@)words[2,CURRENT-1]}"; do
    case "$path_ $word" in
      ${commandPatterns(places)}) path_="$path_ $word" ;;
    esac
  done
  case "$path_ $prev" in
${optionCases(places, (values) => `compadd -- ${values.join(" ")}; return`)}
  esac
  case "$path_" in
${places.map((place) => `    "${place.path}") compadd -- ${wordsOf(place)} ;;`).join("\n")}
  esac
  _files
}
compdef _sidecar sidecar
`;

const quoted = (text: string) => `'${text.replace(/[\\']/g, "\\$&")}'`;

/** fish shows what each word does. */
function fish(places: Place[]): string {
  const lines = places.flatMap(({ path, words, choices }) => {
    const at = `-n ${quoted(`__sidecar_at "${path}"`)}`;
    const valuesOf = (word: string) => choices.find(({ option }) => option === word)?.values;
    return [
      ...words.map(({ word, summary }) => {
        const values = valuesOf(word);
        const takes = values === undefined ? "" : ` -xa ${quoted(values.join(" "))}`;
        const name = word.startsWith("--") ? `-l ${word.slice(2)}${takes}` : `-fa ${quoted(word)}`;
        return `complete -c sidecar ${at} ${name} -d ${quoted(summary)}`;
      }),
      ...choices
        .filter(({ option }) => option === "")
        .map(({ values }) => `complete -c sidecar ${at} -fa ${quoted(values.join(" "))}`),
    ];
  });
  const known = places.filter(({ path }) => path !== "").map(({ path }) => quoted(path));
  return `# sidecar: completion for fish
function __sidecar_at
  set -l path ""
  for word in (commandline -opc)[2..-1]
    contains -- "$path $word" ${known.join(" ")}; and set path "$path $word"
  end
  test "$path" = "$argv[1]"
end
${lines.join("\n")}
`;
}

/** A script for the shell: every command, option and fixed value, from the declarations. */
export function completionScript(shell: Shell, program: CliCommand): string {
  const places = placesOf(program);
  return { bash, zsh, fish }[shell](places);
}
