import path from "node:path";

/** A line for each failed test of vitest's JSON report: its file, name and first line of its error. */
export function vitestFailures(root, json) {
  return (json?.testResults ?? []).flatMap(({ name, assertionResults }) =>
    assertionResults
      .filter(({ status }) => status === "failed")
      .map(({ fullName, failureMessages }) => {
        return line(path.relative(root, name), fullName, failureMessages[0]);
      }),
  );
}

/** The same of Playwright's JSON report, whose suites hold suites. */
export function playwrightFailures(json) {
  return (json?.suites ?? []).flatMap((suite) => [
    ...playwrightFailures(suite),
    ...(suite.specs ?? [])
      .filter(({ ok }) => !ok)
      .map(({ file, title, tests }) => line(file, title, lastError(tests))),
  ]);
}

function lastError(tests) {
  return tests.flatMap(({ results }) => results).findLast(({ error }) => error)?.error.message;
}

function line(file, title, message = "no message") {
  return `${file}: ${title}: ${message.split("\n", 1)[0]}`;
}
