import type { ThemedToken } from "shiki/core";

type Highlight = (sql: string) => ThemedToken[][];
let loading: Promise<Highlight> | undefined;

async function load(): Promise<Highlight> {
  const [{ createCssVariablesTheme, createHighlighterCore }, { createJavaScriptRegexEngine }, sql] =
    await Promise.all([
      import("shiki/core"),
      import("shiki/engine/javascript"),
      import("shiki/langs/sql.mjs"),
    ]);
  const highlighter = await createHighlighterCore({
    // Colours are the style sheet's variables, so one highlighting serves light and dark.
    themes: [createCssVariablesTheme({ name: "page" })],
    langs: [sql.default],
    engine: createJavaScriptRegexEngine({ forgiving: true }),
  });
  return (text) => highlighter.codeToTokensBase(text, { lang: "sql", theme: "page" });
}

/** The highlighter, loaded once and only when a page shows SQL. */
export function loadHighlight(): Promise<Highlight> {
  loading ??= load();
  return loading;
}
