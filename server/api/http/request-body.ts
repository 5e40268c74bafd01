import { z } from "zod";
import { AppError, type Settings } from "@/server/platform";
import { isJsonType } from "@/server/platform/http";

/** How much of a body is waited for, and how long. */
interface BodyLimits {
  bytesMax: number;
  secondsMax: number;
}

/** The limits of a request's body as the settings have them. */
export const bodyLimits = (
  settings: Pick<Settings, "REQUEST_BYTES_MAX" | "REQUEST_BODY_SECONDS_MAX">,
): BodyLimits => ({
  bytesMax: settings.REQUEST_BYTES_MAX,
  secondsMax: settings.REQUEST_BODY_SECONDS_MAX,
});

function assertJson(contentType: string | null): void {
  if (isJsonType(contentType)) return;
  throw new AppError("unsupported_media_type", "Send the body as application/json.");
}

function tooLarge(bytesMax: number): AppError {
  return new AppError("too_large", `A body may have at most ${bytesMax} bytes.`, {
    details: { bytes_max: bytesMax },
  });
}

function tooSlow(secondsMax: number): AppError {
  return new AppError("request_timeout", `A body must arrive within ${secondsMax} s.`, {
    details: { seconds_max: secondsMax },
  });
}

type Reader = ReadableStreamDefaultReader<Uint8Array>;

/** Reads until the limit and no further, whatever Content-Length claims. */
async function readChunks(reader: Reader, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    length += value.byteLength;
    if (length > bytesMax) throw tooLarge(bytesMax);
    chunks.push(value);
  }
}

/** The whole body within its time: one that trickles in holds its place no longer than that. */
async function readBytes(
  body: ReadableStream<Uint8Array>,
  { bytesMax, secondsMax }: BodyLimits,
): Promise<Buffer> {
  const reader = body.getReader();
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(tooSlow(secondsMax)), secondsMax * 1000);
  });
  try {
    return await Promise.race([readChunks(reader, bytesMax), late]);
  } catch (error) {
    // Not waited for: whoever sends slowly may be slow to hear of it.
    reader.cancel().catch(() => {});
    throw error;
  } finally {
    clearTimeout(timer);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("invalid_input", "The body is not UTF-8.", { cause });
  }
}

/**
 * The body as it came, within its limits. Throws `unsupported_media_type` for an encoded one, `too_large`,
 * `request_timeout`.
 */
async function readPlain(request: Request, limits: BodyLimits): Promise<Buffer> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    throw new AppError("unsupported_media_type", "Send the body without content encoding.");
  }
  const { bytesMax } = limits;
  if (Number(request.headers.get("content-length")) > bytesMax) throw tooLarge(bytesMax);
  return request.body === null ? Buffer.alloc(0) : readBytes(request.body, limits);
}

/**
 * The body's text; "" for none. Throws `unsupported_media_type` unless it is plain JSON,
 * `too_large` and `request_timeout` beyond its limits, `invalid_input` when it is not UTF-8.
 */
export async function readBody(request: Request, limits: BodyLimits): Promise<string> {
  const contentType = request.headers.get("content-type");
  if (contentType !== null) assertJson(contentType);
  const bytes = await readPlain(request, limits);
  if (bytes.byteLength > 0) assertJson(contentType);
  return decode(bytes);
}

/** The body's text as it was signed, whatever its type. Throws as readBody does, but for the type. */
export async function readText(request: Request, limits: BodyLimits): Promise<string> {
  return decode(await readPlain(request, limits));
}

/** The body's value; undefined for none. Throws `invalid_input` for what is not JSON. */
export function parseJson(text: string): unknown {
  if (text.trim() === "") return undefined;
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new AppError("invalid_input", "The body is not JSON.", { cause });
  }
}

/**
 * The fields of a form, or of a JSON object, each a text. Throws what readBody throws, `invalid_input`
 * for anything else that is sent as either.
 */
export async function readForm(
  request: Request,
  limits: BodyLimits,
): Promise<Record<string, string>> {
  const type = request.headers.get("content-type");
  if (!type?.startsWith("application/x-www-form-urlencoded")) {
    const fields = z
      .record(z.string(), z.string())
      .safeParse(parseJson(await readBody(request, limits)) ?? {});
    if (fields.success) return fields.data;
    throw new AppError("invalid_input", "The body must be an object of texts.");
  }
  const text = decode(await readPlain(request, limits));
  return Object.fromEntries(new URLSearchParams(text));
}
