import { readFileSync, writeFileSync } from "node:fs";
import { type AdviseRequest, advise } from "./advisor/advise";

/**
 * One advising run in a process of its own (`advise.ts <request.json> <advice.json>`), so that its
 * peak memory is its own and nothing is left over from a run before. Started by advisor/advise-apart.
 */
const [requestFile, adviceFile] = process.argv.slice(2);
if (requestFile === undefined || adviceFile === undefined) {
  throw new Error("Usage: advise.ts <request.json> <advice.json>");
}
const request: AdviseRequest = JSON.parse(readFileSync(requestFile, "utf8"));
writeFileSync(adviceFile, JSON.stringify(await advise(request)));
