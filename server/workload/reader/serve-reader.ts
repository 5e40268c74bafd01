import { parentPort, workerData } from "node:worker_threads";
import { createShapeParser } from "../parser";
import { describeText, type ShapeParser, type TextContext } from "../shape";
import { type Batch, ReaderState, type Told } from "./messages";

/** The caller keeps results; here only what the reading of one text asks for again. */
const ENTRIES_MAX = 200;

/** Reading was stopped from outside. */
class Stopped extends Error {}

type ReadText = typeof describeText;

/** The reading thread: reads batch after batch until it is ended. */
export async function serveReader(readText: ReadText = describeText): Promise<void> {
  const port = parentPort;
  if (port === null) throw new Error("The reader runs in a thread of its own.");
  // Only ReaderThread starts it, with this.
  const state = new ReaderState((workerData as { buffer: SharedArrayBuffer }).buffer);
  const tell = (told: Told) => port.postMessage(told);
  // Opening the database is a call too: the thread must not be ended within it.
  if (!state.enterCall()) return;
  const parser = await createShapeParser({
    entriesMax: ENTRIES_MAX,
    watch: {
      enter() {
        if (!state.enterCall()) throw new Stopped();
      },
      leave: () => state.leaveCall(),
    },
  });
  state.leaveCall();
  let context: TextContext = { tables: [] };
  port.on("message", (batch: Batch) => {
    context = batch.context ?? context;
    void readBatch({ parser, readText, state, tell }, batch, context);
  });
  tell({ told: "ready" });
}

interface Reading {
  parser: ShapeParser;
  readText: ReadText;
  state: ReaderState;
  tell: (told: Told) => void;
}

/**
 * Tells each text as it is read, since what is not told is lost with the thread. What fails in another
 * way than by being stopped ends the thread, and the caller learns of it.
 */
async function readBatch(
  { parser, readText, state, tell }: Reading,
  { texts }: Batch,
  context: TextContext,
): Promise<void> {
  for (const [place, text] of texts.entries()) {
    if (state.isStopped) break;
    state.beginText(place);
    try {
      tell({ told: "read", place, description: await readText(parser, text, context) });
    } catch (error) {
      if (error instanceof Stopped) break;
      if (!(error instanceof RangeError)) throw error;
      tell({ told: "read", place, description: null });
    }
  }
  state.beginText(null);
  tell({ told: "done" });
}
