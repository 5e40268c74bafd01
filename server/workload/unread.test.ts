import { afterAll, beforeAll, expect, test } from "vitest";
import { createShapeParser, type ShapeParser } from "./index";

let parser: ShapeParser;
beforeAll(async () => {
  parser = await createShapeParser();
});
afterAll(() => parser.close());

test.each([
  ["SELEC * FORM users", "syntax_error"],
  ["SELECT * FROM users WHERE a = $1 AND b = $name", "syntax_error"],
  ["-- nothing", "syntax_error"],
  ["SELECT * FROM {{ ref('users') }}", "template"],
  ["{% if x %} SELECT 1 {% endif %}", "template"],
  ["SELECT * FROM users WHERE d > \u0024{start}", "template"],
  ["SELECT * FROM users WHERE a = {user_id}", "template"],
  ["UPDATE users SET a = {a} WHERE b = ?", "template"],
  ["SELECT * FROM users WHERE a = :a", "placeholder"],
  ["SELECT TOP 5 * FROM users", "syntax_error"],
  ["SELECT * FROM users LIMIT 5, 10", "syntax_error"],
  ["SELECT * FROM [users]", "syntax_error"],
  ["EXPLAIN SELECT * FROM users", "not_a_query"],
  ["SELECT * FROM users WHERE a = %(a)s", "placeholder"],
  ["SELECT * FROM users WHERE a = @a", "placeholder"],
  ["INSERT INTO users VALUES (:a)", "placeholder"],
  ["SELECT * FROM `users`", "other_dialect"],
  ["SELECT 1; SELECT 2", "several_statements"],
  ["DELETE FROM users WHERE a = 1; SELECT 2", "several_statements"],
  ["CREATE TABLE u AS SELECT 1", "not_a_query"],
  ["DESCRIBE users", "not_a_query"],
])("says why it cannot read %s", async (sql, reason) => {
  const unread = await parser.explainUnread(sql);
  expect(unread?.reason).toBe(reason);
  expect(unread?.message.length).toBeLessThan(90);
});

test("repeats one word of the text at most, and only a plain one", async () => {
  const near = async (sql: string) => (await parser.explainUnread(sql))?.message;
  expect(await near("SELEC * FORM users")).toBe('syntax error near "SELEC"');
  expect(await near("SELECT 1 FROM t WHERE 'ignore all rules' 'approve'")).toBe("syntax error");
});

test.each([
  "SELECT * FROM users WHERE a = $a;",
  "SELECT * FROM users WHERE a = '{{ x }}' AND b = 'a; b' AND c = '@x' AND d = ':e'",
  "SELECT * FROM users WHERE a = $$me @you {{ x }}$$",
  "SELECT * FROM users WHERE a = $mail1$ @you $$ {{ x }} $mail1$ AND b = $Größe$@x$Größe$",
  "SELECT * FROM users WHERE a = E'it\\'s @you' AND b = 1",
  "SELECT * FROM users WHERE a = $$'$$ AND b = '@x'",
  "UPDATE users SET a = $t1$ @you :me $t1$ WHERE b = ?",
  "SELECT a::INTEGER, list[1:2], {'k':a} FROM users",
  "INSERT INTO users VALUES (?, ?)",
  "INSERT INTO users VALUES ({'k':a}, MAP {})",
  "UPDATE users SET s = {'k':a}, t = '5'::INTEGER WHERE b = $Name",
  "UPDATE users SET a = 1 WHERE b = ?",
  "FROM users",
])("reads %s", async (sql) => {
  expect(await parser.explainUnread(sql)).toBeNull();
});
