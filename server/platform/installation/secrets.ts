import { randomBytes } from "node:crypto";
import {
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import path from "node:path";
import { z } from "zod";
import { AppError } from "../errors";

/** Writes JSON that only its owner may read; a reader sees the old text or the new, never a part. */
export function writePrivateJson(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.tmp`;
  rmSync(draft, { force: true });
  const handle = openSync(draft, "wx", 0o600);
  try {
    writeFileSync(handle, `${JSON.stringify(value, null, 2)}\n`);
    fsyncSync(handle);
  } finally {
    closeSync(handle);
  }
  renameSync(draft, file);
}

/** What one installation must remember and nobody else may know. `<data dir>/secrets.json`. */
export const Secrets = z.object({
  /** Base64 of 48 random bytes: people's sessions, and what the sidecar's keys are stored under. */
  session_secret: z.string().min(32),
  /** Base64 of 48 random bytes: the demo product's own, shared with it. */
  auth_secret: z.string().min(32),
  postgres_password: z.string().min(16),
  /** Port of the embedded PostgreSQL, kept from run to run while it is free. */
  postgres_port: z.number().int().nullable(),
  /** Passwords of the demo users by e-mail address. */
  demo_passwords: z.record(z.string(), z.string()),
  /** The demo's API key; it can be shown again only because it is kept here. */
  demo_api_key: z.string().nullable(),
});
export type Secrets = z.infer<typeof Secrets>;

const fileIn = (dataDir: string) => path.join(dataDir, "secrets.json");

const newSecret = () => randomBytes(48).toString("base64");

function freshSecrets(): Secrets {
  return {
    session_secret: newSecret(),
    auth_secret: newSecret(),
    postgres_password: randomBytes(24).toString("base64url"),
    postgres_port: null,
    demo_passwords: {},
    demo_api_key: null,
  };
}

/**
 * A file of before SESSION_SECRET was a secret of its own gets one. Not the old one: every data
 * product knows that, and it could make sessions with it.
 */
function withSessionSecret(dataDir: string, stored: unknown): unknown {
  if (typeof stored !== "object" || stored === null || "session_secret" in stored) return stored;
  const secrets = Secrets.parse({ ...stored, session_secret: newSecret() });
  writeSecrets(dataDir, secrets);
  return secrets;
}

/** The secrets of an installation, or null before its first start. Throws `misconfigured`. */
export function readSecrets(dataDir: string): Secrets | null {
  const file = fileIn(dataDir);
  if (!existsSync(file)) return null;
  try {
    return Secrets.parse(withSessionSecret(dataDir, JSON.parse(readFileSync(file, "utf8"))));
  } catch (cause) {
    throw new AppError(
      "misconfigured",
      `${file} is damaged or not readable. Restore it from a backup; the database's password is in it.`,
      { cause },
    );
  }
}

export function writeSecrets(dataDir: string, secrets: Secrets): void {
  writePrivateJson(fileIn(dataDir), secrets);
}

/** The secrets of an installation; random ones are made and kept at its first start. */
export function ensureSecrets(dataDir: string): Secrets {
  const known = readSecrets(dataDir);
  if (known !== null) return known;
  // A database without its password is lost: never start over beside one.
  if (existsSync(path.join(dataDir, "postgres", "PG_VERSION"))) {
    throw new AppError(
      "misconfigured",
      `${fileIn(dataDir)} is missing but ${dataDir}/postgres exists. Restore the file from a ` +
        "backup, or move the whole folder away to start anew.",
    );
  }
  const secrets = freshSecrets();
  writeSecrets(dataDir, secrets);
  return secrets;
}
