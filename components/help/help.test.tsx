import { readdirSync, readFileSync } from "node:fs";
import { renderToStaticMarkup } from "react-dom/server";
import { expect, test } from "vitest";
import { CARD_TERMS } from "../suggestion/card-lines";
import { loadGlossary, parseGlossary } from "./glossary";
import { HelpView } from "./help-view";
import { termId } from "./term";

test("a glossary is read section by section, links and emphasis as words, each name an anchor", () => {
  const text = `# Glossary

Intro.

## Data

| term                    | meaning                                  |
| ----------------------- | ---------------------------------------- |
| query shape, fingerprint | a \`query\` and [its hash](x.md), _named_ |
`;
  expect(parseGlossary(text)).toEqual([
    {
      title: "Data",
      terms: [
        {
          ids: ["query-shape", "fingerprint"],
          names: "query shape, fingerprint",
          meaning: "a `query` and its hash, named",
        },
      ],
    },
  ]);
});

test("the help page says every term of docs/glossary.md, each anchor once", () => {
  const html = renderToStaticMarkup(<HelpView />);
  const ids = [...html.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id);
  expect(new Set(ids).size).toBe(ids.length);
  const terms = loadGlossary().flatMap((section) => section.terms);
  expect(terms.length).toBeGreaterThan(50);
  for (const term of terms) expect(ids).toEqual(expect.arrayContaining(term.ids));
  expect(html).not.toMatch(/\]\(|\|/);
});

test("every word that leads to the glossary is in it", () => {
  const ids = loadGlossary().flatMap(({ terms }) => terms.flatMap((term) => term.ids));
  const files = readdirSync("components", { recursive: true, encoding: "utf8" });
  const sources = files
    .filter((file) => file.endsWith(".tsx") && !file.includes(".test."))
    .map((file) => readFileSync(`components/${file}`, "utf8"));
  const linked = sources.flatMap((text) =>
    [...text.matchAll(/<Term name="([^"]+)"/g)].map(([, name]) => name ?? ""),
  );
  const names = [...linked, ...Object.values(CARD_TERMS)];
  expect(linked.length).toBeGreaterThan(1);
  expect(names.filter((name) => !ids.includes(termId(name)))).toEqual([]);
});
