import { expect, test } from "vitest";
import { isPath, resolveTableName, spelledIn } from "./table-name";

const TABLES = ["projects", "Größe", "order lines", "raw.trips", 'a"b', "x; DROP TABLE y; --"];
const resolve = (name: string) => resolveTableName(name, (wanted) => spelledIn(TABLES, wanted));

test.each<[string, string]>([
  ...TABLES.map((name): [string, string] => [name, name]),
  ["PROJECTS", "projects"],
  ['"order lines"', "order lines"],
  ["main.projects", "projects"],
  ['MAIN . "Größe"', "Größe"],
  ['db.main."a""b"', 'a"b'],
  ['main."raw.trips"', "raw.trips"],
  ["unknown", "unknown"],
  ["main.unknown", "unknown"],
  ["two words", "two words"],
  [" projects ", "projects"],
  ["Größe".normalize("NFD"), "Größe"],
  ["a.b.c.projects", "a.b.c.projects"],
  ['raw."half', 'raw."half'],
])("%s is taken for %s", (name, table) => {
  expect(resolve(name)).toBe(table);
});

test.each([
  ["raw.projects", "raw"],
  ['"my schema".projects', "my schema"],
  ["db.raw.trips", "raw"],
])("%s is refused with the schema that is not served", (name, schema) => {
  expect(() => resolve(name)).toThrow(
    expect.objectContaining({
      ...{ code: "invalid_input", message: expect.stringContaining(`not of ${schema}.`) },
      details: { reason: "other_schema", table_name: name, schema },
    }),
  );
});

test("of two tables that differ in case the one that is spelled so is meant, and else neither", () => {
  const names = ["Öl", "öl", "Sales"];
  expect(spelledIn(names, "öl")).toBe("öl");
  expect(spelledIn(names, "ÖL")).toBeUndefined();
  expect(spelledIn(names, "SALES")).toBe("Sales");
});

test("a name is a path where SQL reads it otherwise than as it stands", () => {
  const paths = ["main.trips", '"trips"', " trips"];
  const plain = ["trips", "Größe", "order lines", 'a"b', "1.5", "a.b.c.d", "📦"];
  expect(paths.map(isPath)).toEqual(paths.map(() => true));
  expect(plain.map(isPath)).toEqual(plain.map(() => false));
});
