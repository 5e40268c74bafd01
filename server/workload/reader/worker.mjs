import { fileURLToPath } from "node:url";
import { register } from "tsx/esm/api";

// Not by `--import tsx`: on Node 20 that reaches the main thread alone.
register({ tsconfig: fileURLToPath(new URL("../../../tsconfig.json", import.meta.url)) });
const { serveReader } = await import("./serve-reader.ts");
await serveReader();
