import { runMessageChaos } from "@/server/messaging/testing/chaos";
import { runChaos } from "./chaos";

/** A blow for each so many messages, of each kind in turn. */
const MESSAGES_A_BLOW = 200;
const MESSAGES_SECONDS_MAX = 900;

/** Receipts of 6 s, so that what the faults took is delivered again soon. Answers [passed, failed]. */
async function messagesSurvive(messages: number, seed: number): Promise<[number, number]> {
  console.log(`${messages} messages, seed ${seed}`);
  const begun = Date.now();
  const { checks, counts, blows, seconds } = await runMessageChaos({
    ...{ messages, seed, blows: Math.round(messages / MESSAGES_A_BLOW), receiptMs: 6000 },
    secondsMax: MESSAGES_SECONDS_MAX,
    onProgress: (line) => console.log(`+${Math.round((Date.now() - begun) / 1000)} s  ${line}`),
  });
  console.table({ ...counts, seconds: Math.round(seconds) });
  console.table(blows);
  for (const [check, holds] of Object.entries(checks))
    console.log(`${holds ? "ok" : "FAILED"}: ${check}`);
  const failed = Object.values(checks).filter((holds) => !holds).length;
  return [Object.keys(checks).length - failed, failed];
}

/**
 * `npm run chaos [lives]`: whether every life was lived once; needs redis-server.
 * `npm run chaos -- messages [messages] [seed]`: whether every message was handled once or is dead with a reason.
 * The last line is `N passed, N failed`; exits 1 when something failed.
 */
const [subject = "200", count = "10000", seed = "1"] = process.argv.slice(2);
const [passed, failed] =
  subject === "messages"
    ? await messagesSurvive(Number(count), Number(seed))
    : (await runChaos(Number(subject)))
      ? [1, 0]
      : [0, 1];
console.log(`${passed} passed, ${failed} failed`);
process.exit(failed === 0 ? 0 : 1);
