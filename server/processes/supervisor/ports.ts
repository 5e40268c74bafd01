import { createServer } from "node:net";
import { AppError } from "@/server/platform";
import { freePort } from "@/server/platform/embedded-postgres";

/** null when the port can be listened on, else the system's error code. */
function portProblem(port: number, host: string | undefined): Promise<string | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", (error: NodeJS.ErrnoException) => resolve(error.code ?? "unknown"));
    server.listen({ port, host, exclusive: true }, () => server.close(() => resolve(null)));
  });
}

/** A port is ours only when it is free on the loopback and on the wildcard address. */
async function firstProblem(port: number): Promise<string | null> {
  return (await portProblem(port, "127.0.0.1")) ?? (await portProblem(port, undefined));
}

/** Throws `conflict` naming the port and the setting that chooses another. */
export async function assertPortFree(
  port: number,
  setting: "PORT" | "DEMO_PORT",
  what: string,
): Promise<void> {
  const problem = await firstProblem(port);
  if (problem === null) return;
  const why =
    problem === "EACCES"
      ? "may not be used by this user (ports below 1024 are for root)"
      : "is already in use by another program";
  throw new AppError(
    "conflict",
    `Port ${port} for ${what} ${why}. Stop that program (lsof -i :${port}), or choose another ` +
      `port: ${setting}=${port + 1} npm run up`,
  );
}

/** The port kept from the last run when it is still free, else a new one. */
export async function resolvePort(kept: number | null): Promise<number> {
  if (kept !== null && (await portProblem(kept, "127.0.0.1")) === null) return kept;
  return freePort();
}
