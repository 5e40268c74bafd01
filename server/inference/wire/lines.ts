import type { Socket } from "node:net";

/** Longest line either side reads: the longest prompt, escaped, with room to spare. */
const LINE_BYTES_MAX = 4 * 1024 * 1024;
const NEWLINE = 10;

/**
 * Calls `onValue` with every line's JSON. A line too long or no JSON ends the connection: what
 * follows could not be understood either.
 */
export function readLines(socket: Socket, onValue: (value: unknown) => void): void {
  let parts: Buffer[] = [];
  let size = 0;
  socket.on("data", (data: Buffer) => {
    let rest = data;
    for (let end = rest.indexOf(NEWLINE); end >= 0; end = rest.indexOf(NEWLINE)) {
      const line = Buffer.concat([...parts, rest.subarray(0, end)]).toString("utf8");
      parts = [];
      size = 0;
      rest = rest.subarray(end + 1);
      let value: unknown;
      try {
        value = JSON.parse(line);
      } catch {
        socket.destroy();
        return;
      }
      onValue(value);
    }
    size += rest.length;
    if (size > LINE_BYTES_MAX) socket.destroy();
    else if (rest.length > 0) parts.push(rest);
  });
}

/** Writes one value as a line; false when the connection is gone. */
export function writeLine(socket: Socket, value: unknown): boolean {
  if (socket.destroyed || !socket.writable) return false;
  socket.write(`${JSON.stringify(value)}\n`);
  return true;
}
