/** An answer's body as text; stops reading at the limit, whatever the headers promise, and throws. */
export async function readBounded(response: Response, bytesMax: number): Promise<string> {
  const reader = response.body?.getReader();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for (;;) {
    const part = await reader?.read();
    if (part === undefined || part.done) return Buffer.concat(chunks).toString("utf8");
    size += part.value.byteLength;
    if (size > bytesMax) {
      await reader?.cancel();
      throw new Error(`more than ${bytesMax} bytes`);
    }
    chunks.push(part.value);
  }
}
