import { runMessageChaos } from "@/server/messaging/testing/chaos";
import { runChaos } from "./chaos";

/** Receipts of 4 s, so that what the faults took is delivered again soon. */
async function messagesSurvive(messages: number, seed: number): Promise<boolean> {
  const secondsMax = 900;
  const times = { blowsMax: 100, blowMs: 3000, receiptMs: 4000, secondsMax };
  const { isWhole, counts, blows, seconds } = await runMessageChaos({ messages, seed, ...times });
  console.table({ ...counts, seconds: Math.round(seconds) });
  console.table(blows);
  console.log(isWhole ? "Each was handled once, or is dead with a reason." : "NOT WHOLE");
  return isWhole;
}

/**
 * `npm run chaos [lives]`: exits 1 unless every life was lived once; needs redis-server.
 * `npm run chaos -- messages [messages] [seed]`: unless every message was handled once or is dead with a reason.
 */
const [subject = "200", count = "10000", seed = "1"] = process.argv.slice(2);
const isWhole =
  subject === "messages"
    ? await messagesSurvive(Number(count), Number(seed))
    : await runChaos(Number(subject));
process.exit(isWhole ? 0 : 1);
