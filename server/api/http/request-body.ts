import { z } from "zod";
import { AppError } from "@/server/platform";
import { isJsonType } from "@/server/platform/http";

function assertJson(contentType: string | null): void {
  if (isJsonType(contentType)) return;
  throw new AppError("unsupported_media_type", "Send the body as application/json.");
}

function tooLarge(bytesMax: number): AppError {
  return new AppError("too_large", `A body may have at most ${bytesMax} bytes.`, {
    details: { bytes_max: bytesMax },
  });
}

/** Reads until the limit and no further, whatever Content-Length claims. */
async function readBytes(body: ReadableStream<Uint8Array>, bytesMax: number): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return Buffer.concat(chunks);
    length += value.byteLength;
    if (length > bytesMax) {
      await reader.cancel();
      throw tooLarge(bytesMax);
    }
    chunks.push(value);
  }
}

function decode(bytes: Buffer): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new AppError("invalid_input", "The body is not UTF-8.", { cause });
  }
}

/** The body as it came, within the limit. Throws `unsupported_media_type` for an encoded one, `too_large`. */
async function readPlain(request: Request, bytesMax: number): Promise<Buffer> {
  const encoding = request.headers.get("content-encoding") ?? "identity";
  if (encoding !== "identity") {
    throw new AppError("unsupported_media_type", "Send the body without content encoding.");
  }
  if (Number(request.headers.get("content-length")) > bytesMax) throw tooLarge(bytesMax);
  return request.body === null ? Buffer.alloc(0) : readBytes(request.body, bytesMax);
}

/**
 * The body's text; "" for none. Throws `unsupported_media_type` unless it is plain JSON,
 * `too_large` beyond the limit, `invalid_input` when it is not UTF-8.
 */
export async function readBody(request: Request, bytesMax: number): Promise<string> {
  const contentType = request.headers.get("content-type");
  if (contentType !== null) assertJson(contentType);
  const bytes = await readPlain(request, bytesMax);
  if (bytes.byteLength > 0) assertJson(contentType);
  return decode(bytes);
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
  bytesMax: number,
): Promise<Record<string, string>> {
  const type = request.headers.get("content-type");
  if (!type?.startsWith("application/x-www-form-urlencoded")) {
    const fields = z
      .record(z.string(), z.string())
      .safeParse(parseJson(await readBody(request, bytesMax)) ?? {});
    if (fields.success) return fields.data;
    throw new AppError("invalid_input", "The body must be an object of texts.");
  }
  const text = decode(await readPlain(request, bytesMax));
  return Object.fromEntries(new URLSearchParams(text));
}
