import type { Server } from "node:http";

/** Longest wait for the headers of a request; Node hangs up so long after its body was due. */
export const HEADERS_SECONDS_MAX = 15;

/** Rejects when the port cannot be had. `host` undefined: on every address of the machine. */
export function listenOn(server: Server, port: number, host: string | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve());
  });
}

/** Takes nothing new; requests on their way get `drainMs` to end by themselves. */
export function closeServer(server: Server, drainMs: number): Promise<void> {
  return new Promise((resolve) => {
    const drained = setTimeout(() => server.closeAllConnections(), drainMs);
    server.close(() => {
      clearTimeout(drained);
      resolve();
    });
  });
}
