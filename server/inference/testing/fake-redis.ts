import { once } from "node:events";
import { createServer, type Socket } from "node:net";

/** Reads commands of the Redis protocol (RESP): arrays of bulk strings. */
function commandsIn(text: string): { commands: string[][]; rest: string } {
  const commands: string[][] = [];
  let rest = text;
  for (;;) {
    const [, count] = /^\*(\d+)\r\n/.exec(rest) ?? [];
    if (count === undefined) return { commands, rest };
    let at = rest.indexOf("\n") + 1;
    const words: string[] = [];
    for (let n = 0; n < Number(count); n += 1) {
      const [header = "", length] = /^\$(\d+)\r\n/.exec(rest.slice(at)) ?? [];
      if (length === undefined) return { commands, rest };
      at += header.length;
      words.push(rest.slice(at, at + Number(length)));
      at += Number(length) + 2;
    }
    if (at > rest.length) return { commands, rest };
    commands.push(words);
    rest = rest.slice(at);
  }
}

/** As much of a Redis server as a cache asks for: GET and SET; anything else is acknowledged. */
export async function startFakeRedis() {
  const values = new Map<string, string>();
  const log: string[][] = [];
  const sockets = new Set<Socket>();
  let isHanging = false;
  const reply = ([name = "", key = "", value = ""]: string[]): string => {
    switch (name.toUpperCase()) {
      case "GET": {
        const found = values.get(key);
        return found === undefined ? "$-1\r\n" : `$${Buffer.byteLength(found)}\r\n${found}\r\n`;
      }
      case "SET":
        values.set(key, value);
        return "+OK\r\n";
      case "INFO":
        return "$9\r\nloading:0\r\n";
      default:
        return "+OK\r\n";
    }
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    let rest = "";
    socket.on("data", (data) => {
      const read = commandsIn(rest + data.toString("latin1"));
      rest = read.rest;
      for (const command of read.commands) {
        log.push(command);
        if (!isHanging) socket.write(reply(command), "latin1");
      }
    });
    socket.on("error", () => {});
  }).listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  return {
    url: `redis://127.0.0.1:${port}`,
    values,
    log,
    /** From now on it reads and never answers. */
    hang() {
      isHanging = true;
    },
    close() {
      server.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}
