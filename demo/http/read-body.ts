import type { IncomingMessage } from "node:http";
import { AppError } from "@/server/platform";

const BODY_BYTES_MAX = 1_048_576;
/** Past this a client that was told to stop is cut off. */
const DRAIN_BYTES_MAX = 32 * BODY_BYTES_MAX;

/** The JSON body. An oversize one is read to its end but not kept, so that the client gets its 413. */
export async function readJsonBody(request: IncomingMessage): Promise<unknown> {
  const type = request.headers["content-type"] ?? "application/json";
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > DRAIN_BYTES_MAX) break;
    if (size <= BODY_BYTES_MAX) chunks.push(chunk);
  }
  if (size > BODY_BYTES_MAX) {
    throw new AppError("too_large", `The body may have at most ${BODY_BYTES_MAX} bytes.`);
  }
  if (!type.startsWith("application/json")) {
    throw new AppError("unsupported_media_type", "The body must be application/json.");
  }
  try {
    return JSON.parse(Buffer.concat(chunks).toString("utf8"));
  } catch (cause) {
    throw new AppError("invalid_input", "The body is not valid JSON.", { cause });
  }
}
