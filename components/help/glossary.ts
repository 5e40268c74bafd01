import { readFileSync } from "node:fs";
import path from "node:path";
import { termId } from "./term";

interface GlossaryTerm {
  /** Anchors: one for each of the names. */
  ids: string[];
  names: string;
  meaning: string;
}

export interface GlossarySection {
  title: string;
  terms: GlossaryTerm[];
}

/** Prose of Markdown: emphasis and the targets of links are left out, code stays in its ticks. */
const plain = (text: string) =>
  text
    .replace(/\[([^\]]+)\]\([^)]+\)/g, "$1")
    .replace(/(^|\W)_([^_]+)_(?=\W|$)/g, "$1$2")
    .trim();

function readRow(line: string): GlossaryTerm | null {
  const [, names = "", meaning = ""] = line.split("|").map(plain);
  if (names === "" || names === "term" || /^-+$/.test(names)) return null;
  return { ids: names.split(/, (?![^(]*\))/).map(termId), names, meaning };
}

/** The sections and tables of docs/glossary.md, the only source of these words. */
export function parseGlossary(markdown: string): GlossarySection[] {
  const sections = markdown.split(/^## /m).slice(1);
  return sections.map((section) => {
    const [title = "", ...lines] = section.split("\n");
    const rows = lines.filter((line) => line.startsWith("|")).map(readRow);
    return { title, terms: rows.filter((row) => row !== null) };
  });
}

let loaded: GlossarySection[] | undefined;

/** Read once: the file comes with the program. */
export function loadGlossary(): GlossarySection[] {
  loaded ??= parseGlossary(readFileSync(path.join(process.cwd(), "docs", "glossary.md"), "utf8"));
  return loaded;
}
