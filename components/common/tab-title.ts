const SITE = "Agentic Sidecar";

/** Titles of browser tabs: the page's, with its subject's name first, then the program's. */
export const TAB_TITLES = { default: SITE, template: `%s · ${SITE}` };

/** The whole title of a tab, for a page whose subject changes while it is open. */
export function tabTitle(title: string): string {
  return TAB_TITLES.template.replace("%s", () => title);
}
