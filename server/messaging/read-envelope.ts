import { MessageEnvelope, type RequestFault } from "@/server/contracts";
import { assertStorable, DEPTH_MAX, isDeeperThan } from "@/server/platform/json";
import { refusal } from "./refusal";

const escapeToken = (key: PropertyKey) => String(key).replaceAll("~", "~0").replaceAll("/", "~1");

/** The text's value. Size and depth are told from the text, before anything walks what it says. */
function readValue(text: string, bytesMax: number): unknown {
  // A text has at most three bytes a letter: most are measured without being encoded.
  if (text.length * 3 > bytesMax && Buffer.byteLength(text) > bytesMax) {
    throw refusal("too_large", `A message may have at most ${bytesMax} bytes.`, {
      details: { bytes_max: bytesMax },
    });
  }
  if (isDeeperThan(DEPTH_MAX, text)) {
    throw refusal("too_deep", `A message may be nested ${DEPTH_MAX} levels deep at most.`);
  }
  try {
    const value: unknown = JSON.parse(text);
    assertStorable(value);
    return value;
  } catch (cause) {
    const why = cause instanceof SyntaxError ? "not JSON" : String(Object(cause).message);
    throw refusal("invalid_envelope", `The message is no envelope: ${why}`, { cause });
  }
}

/**
 * The envelope that a text is. Throws `too_large`, or `invalid_input` with every fault: not JSON, nested
 * deeper than 64 levels, not storable, or not of the envelope's shape. Fields it does not name are kept.
 */
export function readEnvelope(text: string, { bytesMax }: { bytesMax: number }): MessageEnvelope {
  const parsed = MessageEnvelope.safeParse(readValue(text, bytesMax));
  if (parsed.success) return parsed.data;
  const faults = parsed.error.issues.map(
    ({ path, message }): RequestFault => ({
      location: "body",
      pointer: path.map((key) => `/${escapeToken(key)}`).join(""),
      detail: message,
    }),
  );
  const why = faults.map(({ pointer, detail }) => `${pointer || "body"}: ${detail}`).join("; ");
  throw refusal("invalid_envelope", why, { details: { faults } });
}

/** Names that a count of refusals is kept under are cut to this length. */
const NAME_MAX = 200;

/** Whom a refused text names as its sender, as far as that can be read; nothing proves it. */
export function claimedSenderOf(text: string, limits: { bytesMax: number }): string {
  try {
    const { sender } = Object(readValue(text, limits.bytesMax));
    const { agent_id } = Object(sender);
    return typeof agent_id === "string" ? agent_id.slice(0, NAME_MAX) : "";
  } catch {
    return "";
  }
}
