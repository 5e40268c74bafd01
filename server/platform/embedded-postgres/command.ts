import type { PostgresAccount } from "./account";
import type { PostgresBinaries } from "./binaries";

/** How to start a program: what child_process.spawn wants. */
interface PostgresCommand {
  file: string;
  args: string[];
  account: PostgresAccount;
}

/** The server, on 127.0.0.1 only and without a socket file (its folder may not be ours to write). */
export function postgresCommand(input: {
  dir: string;
  port: number;
  binaries: PostgresBinaries;
  account: PostgresAccount;
  isDurable: boolean;
}): PostgresCommand {
  const settings = [
    "listen_addresses=127.0.0.1",
    "unix_socket_directories=",
    "max_connections=100",
    ...(input.isDurable ? [] : ["fsync=off", "synchronous_commit=off", "full_page_writes=off"]),
  ];
  return {
    file: input.binaries.postgres,
    args: ["-D", input.dir, "-p", String(input.port), ...settings.flatMap((s) => ["-c", s])],
    account: input.account,
  };
}

/** Connection URL of a database in the embedded cluster. */
export function postgresUrl(port: number, password: string, name: string): string {
  return `postgres://sidecar:${encodeURIComponent(password)}@127.0.0.1:${port}/${name}`;
}
