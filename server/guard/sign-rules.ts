import { ANYWHERE, type InjectionCode, type Rule } from "./rule";

const signs = (code: InjectionCode, pattern: RegExp): Rule => {
  return { code, view: "signs", pattern, first: ANYWHERE, isJoint: false };
};

/** Words that only pass for those of a chat, a page or a program. */
export const MARKUP: readonly Rule[] = [
  signs("markup", /<\|[^|<>]{1,30}\|>/g),
  signs("markup", /<\/(?:system|assistant|instructions?|prompt|schema|sys)>/g),
  signs("markup", /\[\/?(?:inst|sys)\]|<<\/?sys>>|\{\{#?(?:system|user|assistant)\b/g),
  signs("markup", /## ?(?:system|instructions?|assistant) ?:/g),
  signs(
    "markup",
    /\bnew (?:system )?(?:instructions?|prompt|directives?) ?:|\bsystem override ?:/g,
  ),
  signs(
    "markup",
    /(?:^|[.;!?*/] ?)system ?: ?(?:you|ignore|approve|accept|disregard|override|execute|run|grant|do not)\b/g,
  ),
  signs(
    "markup",
    /<script\b|\bonerror ?=|\.\.\/\.\.\/|\/etc\/(?:passwd|shadow)|\{\{ ?\d|\$\{(?:env|process)\b|\bjavascript:|\$\{jndi:|\brm -rf\b|\bcurl (?:-\w+ )*https?:/g,
  ),
  signs(
    "markup",
    /\bassistant ?: ?(?:sure|of course|certainly|i (?:have|will|can)|ok(?:ay)?\b|approved)/g,
  ),
];

const CHANGES =
  "(?:drop|truncate|alter|grant|attach|copy|delete from|update|insert into|create|detach|load|install|pragma|set|call)";

/** SQL that leaves the place it stands in, or reaches beyond the product. */
export const SQL: readonly Rule[] = [
  signs("sql", /["'`)\]] ?\)?; ?(?:drop|truncate|grant|attach|delete from|alter)\b/g),
  signs("sql", new RegExp(`; ?${CHANGES}\\b[^;]{0,300};? ?(?:--|/\\*)`, "g")),
  signs(
    "sql",
    /\bunion (?:all )?select\b.{0,80}\b(?:passwords?|passwd|secrets?|api_?keys?|credentials|information_schema|duckdb_secrets|vault)\b/g,
  ),
  signs("sql", /\bor (?:(\d{1,9}) ?= ?\1(?!\d)|'([^']{0,20})' ?= ?'\2)/g),
  signs("sql", /\bcopy\b.{0,300}\bto ?'(?:https?|ftp):/g),
  signs(
    "sql",
    /\b(?:read_(?:text|blob|csv|csv_auto|parquet|json)|from|glob) ?\(? ?'(?:\/(?:etc|root|proc|home|var)\/|~\/|https?:|file:)/g,
  ),
  signs("sql", /\battach (?:database )?'(?:https?|ftp|\/)/g),
  signs("sql", /\bset (?:global )?enable_external_access ?= ?(?:true|1|'true')/g),
  signs(
    "sql",
    /\b(?:pg_sleep|xp_cmdshell|load_file|load_extension|duckdb_secrets)\b|\bsleep ?\( ?\d|\bgetenv ?\(|\bwaitfor delay\b|\binto (?:out|dump)file\b/g,
  ),
  signs("sql", /\/\*\*\/(?:or|and|union|select)\b|\b(?:load|install) httpfs\b/g),
  signs("sql", /\bor (?:true|not false) ?(?:--|#|\/\*)/g),
  signs("sql", /\b(?:alter|create) (?:user|role) \w{1,60} .{0,40}\b(?:superuser|password)\b/g),
  signs("sql", /\bselect substr(?:ing)? ?\( ?(?:token|password|secret)/g),
];
