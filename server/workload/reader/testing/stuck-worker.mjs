import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";

// The reading thread as it is, but that it never comes back from one text, and fills the memory by another.
register({ tsconfig: fileURLToPath(new URL("../../../../tsconfig.json", import.meta.url)) });
const { serveReader } = await import("../serve-reader.ts");
const { describeText } = await import("../../shape.ts");
await serveReader((parser, text, context) => {
  const kept = [];
  while (text.sql.includes("for ever"));
  while (text.sql.includes("all memory")) kept.push(new Array(1_000_000).fill(0.5));
  return describeText(parser, text, context);
});
