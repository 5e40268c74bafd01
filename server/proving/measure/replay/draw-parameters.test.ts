import { afterAll, beforeAll, expect, it } from "vitest";
import { createShapeParser, type ShapeParser } from "@/server/workload";
import { query } from "../../testing/candidates";
import { openSession, type Session } from "../shadow";
import { drawParameters } from "./draw-parameters";

let session: Session;
let parser: ShapeParser;
beforeAll(async () => {
  const { signal } = new AbortController();
  session = await openSession({ file: ":memory:", threads: 1, signal });
  await session.run("CREATE TABLE names AS SELECT 'name ' || i AS name FROM range(100) r(i)");
  parser = await createShapeParser();
});
afterAll(() => {
  session.close();
  parser.close();
});

it.each([
  "SELECT * FROM names WHERE starts_with(name, ?)",
  "SELECT * FROM names WHERE name LIKE ? || '%'",
  "SELECT * FROM names WHERE name LIKE 'other%'",
])("draws a bare prefix for %s: the text has what it needs", async (sql) => {
  const shape = await parser.parse(sql, [{ name: "names", columns: [{ name: "name" }] }]);
  const described = query(shape.fingerprint, shape.sql, []);
  expect(await drawParameters(session, { ...described, shape }, 1)).toEqual({
    sets: [["name"]],
    drawn: [1],
  });
});
