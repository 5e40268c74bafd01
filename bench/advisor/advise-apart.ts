import { fork } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import type { Advice, AdviseRequest } from "./advise";

/**
 * Runs `advise` in a fresh process. Files between them hold what JSON can say of an Advice, which
 * is all of it. Throws when the process fails.
 */
export async function adviseApart(request: AdviseRequest): Promise<Advice> {
  mkdirSync(request.workDir, { recursive: true });
  const requestFile = path.join(request.workDir, "request.json");
  const adviceFile = path.join(request.workDir, "advice.json");
  writeFileSync(requestFile, JSON.stringify(request));
  const child = fork("bench/advise.ts", [requestFile, adviceFile]);
  const [code] = await once(child, "exit");
  if (code !== 0) throw new Error(`Advising on ${request.productId} ended with code ${code}.`);
  const advice: Advice = JSON.parse(readFileSync(adviceFile, "utf8"));
  return advice;
}
