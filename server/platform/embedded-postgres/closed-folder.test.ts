import { execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import {
  appendFileSync,
  chmodSync,
  chownSync,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from "node:fs";
import os from "node:os";
import path from "node:path";
import postgres from "postgres";
import { afterEach, beforeEach, expect, test } from "vitest";
import { closedAncestors, type PostgresAccount, postgresAccount } from "./account";
import { initialiseCluster, postgresCommand, postgresUrl } from "./cluster";
import { placeCluster } from "./place-cluster";
import { type PostgresPrograms, postgresPrograms } from "./programs";
import { waitForPostgres } from "./running";
import { ensureRootFolder } from "./system-folder";
import { freePort } from "./temporary";

const STRANGER = { uid: 54_321, gid: 54_321 };
const PASSWORD = "of the test's cluster";
const isRoot = process.getuid?.() === 0;

/** `open` everybody may enter, `closed` (0700) only its owner; `system` stands for /var/lib. */
let open: string;
let closed: string;
let system: string;
beforeEach(() => {
  open = mkdtempSync(path.join(os.tmpdir(), "sidecar-closed-"));
  chmodSync(open, 0o755);
  closed = path.join(open, "closed");
  mkdirSync(path.join(closed, "data"), { recursive: true });
  chmodSync(closed, 0o700);
  system = path.join(open, "system");
});
afterEach(() => rmSync(open, { recursive: true, force: true }));

const dataDir = () => path.join(closed, "data");
const place = (folder: string, account: PostgresAccount) => placeCluster(folder, account, [system]);

/** The installed programs as a clone in the closed folder has them. */
function cloneInClosedFolder(): string {
  const native = path.join(closed, "native");
  const { postgres } = postgresPrograms(null);
  cpSync(path.resolve(postgres, "..", ".."), native, { recursive: true, verbatimSymlinks: true });
  return native;
}

/** Runs `use` on a started server, which is stopped cleanly. */
async function withServer<T>(
  programs: PostgresPrograms,
  dir: string,
  use: (sql: postgres.Sql) => Promise<T>,
): Promise<T> {
  const account = postgresAccount();
  const port = await freePort();
  const { file, args } = postgresCommand({ dir, port, programs, account, isDurable: false });
  const server = spawn(file, args, { ...account, cwd: dir, stdio: "ignore" });
  const ended = once(server, "exit");
  const url = postgresUrl(port, PASSWORD, "postgres");
  await waitForPostgres(url, 30, () => server.exitCode !== null);
  const sql = postgres(url, { max: 1 });
  try {
    return await use(sql);
  } finally {
    await sql.end();
    server.kill("SIGINT");
    await ended;
  }
}

/** What a user without any rights sees of a file. */
function readAsStranger(file: string): { status: number | null } {
  return spawnSync("cat", [file], { uid: STRANGER.uid, gid: STRANGER.gid, stdio: "ignore" });
}

test("a folder closed to an account is found, links followed; nobody asks for one's own account", () => {
  symlinkSync(closed, path.join(open, "link"));
  expect(closedAncestors(path.join(closed, "data", "postgres"), STRANGER)).toEqual([closed]);
  expect(closedAncestors(path.join(open, "link", "postgres"), STRANGER)).toEqual([closed]);
  expect(closedAncestors(path.join(open, "not", "there"), STRANGER)).toEqual([]);
  expect(closedAncestors(path.join(closed, "data"), null)).toEqual([]);
});

test("one's own account runs the installed programs on a cluster in the data folder", async () => {
  const native = path.resolve(postgresPrograms(null).postgres, "..", "..");
  expect(native).toMatch(/node_modules/);
  expect(await place(dataDir(), null)).toEqual({
    dir: path.join(dataDir(), "postgres"),
    isOutside: false,
    abandoned: [],
  });
});

if (!isRoot) {
  test("closed folders are no matter here: this is not root, PostgreSQL has this account", () => {
    expect(postgresAccount()).toBeNull();
  });
} else {
  const account = postgresAccount();

  test("root, closed folder: the database starts, others cannot read it, and its data is found again", async () => {
    const programs = postgresPrograms(account, {
      native: cloneInClosedFolder(),
      folders: [system],
    });
    const first = await place(dataDir(), account);
    const options = { dir: first.dir, password: PASSWORD, programs, account, isDurable: false };
    await initialiseCluster(options);
    await withServer(programs, first.dir, (sql) => sql`create table kept as select 42 as answer`);

    const second = await place(dataDir(), account);
    expect(second).toEqual({ dir: first.dir, isOutside: true, abandoned: [] });
    await initialiseCluster({ ...options, dir: second.dir });
    const rows = await withServer(programs, second.dir, (sql) => sql`select answer from kept`);
    expect(rows).toEqual([{ answer: 42 }]);

    expect(statSync(first.dir)).toMatchObject({ uid: account?.uid, gid: account?.gid });
    expect(statSync(first.dir).mode & 0o777).toBe(0o700);
    expect(readAsStranger(path.join(first.dir, "PG_VERSION")).status).not.toBe(0);
    expect(readAsStranger(programs.postgres).status).toBe(0);
    const writable = execFileSync("find", [system, "!", "-type", "l", "-perm", "/022"]);
    expect(String(writable)).toBe("");
  });

  test("programs are copied once, and again when the copy was damaged", () => {
    const options = { native: cloneInClosedFolder(), folders: [system] };
    const { postgres } = postgresPrograms(account, options);
    const { ino } = statSync(postgres);
    expect(postgresPrograms(account, options)).toMatchObject({ postgres });
    expect(statSync(postgres).ino).toBe(ino);
    const sizeBytes = statSync(postgres).size;
    appendFileSync(postgres, "damage");
    expect(postgresPrograms(account, options).postgres).toBe(postgres);
    expect(statSync(postgres).size).toBe(sizeBytes);
  });

  test("a folder that somebody else made, may write to, or leads elsewhere by a link is refused", () => {
    const planted = path.join(open, "planted");
    mkdirSync(planted);
    chownSync(planted, STRANGER.uid, STRANGER.gid);
    expect(() => ensureRootFolder(planted, 0o755)).toThrow("does not belong to root");
    chownSync(planted, 0, 0);
    chmodSync(planted, 0o777);
    expect(() => ensureRootFolder(planted, 0o755)).toThrow("others may write");
    expect(() => ensureRootFolder(path.join(planted, "below"), 0o755)).toThrow("others may write");
    symlinkSync(dataDir(), path.join(open, "link"));
    expect(() => ensureRootFolder(path.join(open, "link"), 0o755)).toThrow("is not a folder");
  });

  test("the second place for programs is taken when the first is not safe", () => {
    symlinkSync(closed, path.join(open, "first"));
    const folders = [path.join(open, "first"), system];
    const { initdb } = postgresPrograms(account, { native: cloneInClosedFolder(), folders });
    expect(initdb.startsWith(`${system}/programs/postgresql-`)).toBe(true);
  });

  test("a cluster made when the way was open moves out of the closed folder with its data", async () => {
    const cluster = path.join(dataDir(), "postgres");
    mkdirSync(cluster);
    appendFileSync(path.join(cluster, "PG_VERSION"), "18");
    const { dir } = await place(dataDir(), account);
    expect(dir.startsWith(system)).toBe(true);
    expect(existsSync(path.join(dir, "PG_VERSION"))).toBe(true);
  });

  test("a moved data folder takes its cluster along; a removed one leaves a cluster that is named", async () => {
    const { dir } = await place(dataDir(), account);
    const moved = path.join(closed, "moved");
    renameSync(dataDir(), moved);
    expect(await place(moved, account)).toMatchObject({ dir, abandoned: [] });
    rmSync(moved, { recursive: true });
    mkdirSync(moved);
    const next = await place(moved, account);
    expect(next.dir).not.toBe(dir);
    expect(next.abandoned).toEqual([{ dir, dataDir: moved }]);
  });

  test("a copied data folder is refused while the first still has the cluster", async () => {
    await place(dataDir(), account);
    const copy = path.join(closed, "copy");
    cpSync(dataDir(), copy, { recursive: true, verbatimSymlinks: true });
    await expect(place(copy, account)).rejects.toThrow("copied without its database");
  });

  test("a cluster that is gone is never replaced by an empty one", async () => {
    const { dir } = await place(dataDir(), account);
    rmSync(dir, { recursive: true });
    await expect(place(dataDir(), account)).rejects.toThrow("is gone");
  });
}
