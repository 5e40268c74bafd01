import { areExclusive, kindOf } from "@/server/advisor";
import type { Candidate, Change } from "@/server/contracts";
import { createRandom, deriveSeed } from "@/server/statistics";

/** How one change treats one query. */
interface Effect {
  /** Time with it alone ÷ without; 1: untouched, above 1: slower. */
  ratio: number;
  /** Ids of which one must be in the set for the effect to show; empty: always. */
  needs: readonly string[];
}

/** A synthetic product: what every set of changes does to every query, known exactly. */
export interface World {
  seed: number;
  candidates: Candidate[];
  queries: { fingerprint: string; calls: number; baselineMs: number }[];
  /** Candidate id, then fingerprint. */
  effects: ReadonlyMap<string, ReadonlyMap<string, Effect>>;
  /** 0: of several changes that serve a query only the best counts; 1: their gains multiply. */
  overlap: ReadonlyMap<string, number>;
  storage: ReadonlyMap<string, number>;
  buildMs: ReadonlyMap<string, number>;
}

export interface WorldOptions {
  candidatesMax?: number;
  /** Without texts that people have to change. */
  hasAdvice?: boolean;
}

type Random = () => number;
const between = (random: Random, low: number, high: number) => low + (high - low) * random();
const pick = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[Math.floor(random() * items.length)];
  if (item === undefined) throw new RangeError("Nothing to pick from.");
  return item;
};

/**
 * A product with indexes, orders of its table (which exclude each other, and scatter what others
 * keep together), types, dropped indexes and rewritten queries. Same seed, same product.
 */
export function createWorld(seed: number, options: WorldOptions = {}): World {
  const random = createRandom(deriveSeed(seed, "world"));
  const queries = Array.from({ length: 3 + Math.floor(random() * 8) }, (_, index) => ({
    fingerprint: `q${index}`,
    calls: Math.round(10 ** between(random, 0, 3)),
    baselineMs: 10 ** between(random, 0.3, 2.3),
  }));
  const count = 3 + Math.floor(random() * ((options.candidatesMax ?? 10) - 2));
  const candidates: Candidate[] = [];
  const effects = new Map<string, Map<string, Effect>>();
  const storage = new Map<string, number>();
  const buildMs = new Map<string, number>();
  const indexed = queries.filter(() => random() < 0.6);
  for (let index = 0; index < count; index++) {
    const drawn = drawChange(random, index, queries);
    if (
      candidates.some(
        ({ change }) => change.kind === "rewrite_query" && areExclusive(change, drawn.change),
      )
    )
      continue;
    const id = `${index}:${drawn.change.kind}`;
    candidates.push(makeCandidate(id, drawn.change, drawn.targeted, drawn.estimate));
    effects.set(id, drawEffects(random, drawn, queries, indexed));
    storage.set(
      id,
      drawn.change.kind === "add_index" ? between(random, 0.01, 0.3) : between(random, -0.05, 0.05),
    );
    buildMs.set(id, between(random, 20, 400) * kindOf(drawn.change).testCost);
  }
  addDependencies(random, candidates, effects);
  const shown =
    options.hasAdvice === false
      ? candidates.filter((one) => kindOf(one.change).setRank === 0)
      : candidates;
  const ordered = [...shown].sort((a, b) => b.estimated_gain - a.estimated_gain);
  const overlap = new Map(
    queries.map(({ fingerprint }) => [fingerprint, random() < 0.5 ? 0 : random()]),
  );
  return { seed, candidates: ordered, queries, effects, overlap, storage, buildMs };
}

/** A product made by hand: each change with what it leaves of the queries it is meant for, or slows. */
export function worldOf(
  queries: World["queries"],
  changes: [id: string, change: Change, effects: { fingerprint: string; ratio: number }[]][],
): World {
  const each = (value: number) => new Map(changes.map(([id]) => [id, value]));
  return {
    ...{ seed: 0, queries, overlap: new Map(), storage: each(0), buildMs: each(20) },
    candidates: changes.map(([id, change, effects]) => {
      const targeted = effects.filter(({ ratio }) => ratio < 1);
      return makeCandidate(
        id,
        change,
        targeted.map(({ fingerprint }) => fingerprint),
        0.5,
      );
    }),
    effects: new Map(
      changes.map(([id, , effects]) => [
        id,
        new Map(effects.map(({ fingerprint, ratio }) => [fingerprint, { ratio, needs: [] }])),
      ]),
    ),
  };
}

interface Drawn {
  change: Change;
  targeted: string[];
  /** What the rules expect: right on average, wrong in many cases. */
  estimate: number;
}

function drawChange(random: Random, index: number, queries: World["queries"]): Drawn {
  const target = pick(random, queries).fingerprint;
  const more = queries.filter(() => random() < 0.25).map(({ fingerprint }) => fingerprint);
  const column = `c${index}`;
  const table = "t";
  const estimate = random();
  const draw = random();
  if (draw < 0.35)
    return { change: { kind: "add_index", table, column }, targeted: [target], estimate };
  if (draw < 0.6) {
    return {
      change: { kind: "cluster_table", table, keys: [column] },
      targeted: [...new Set([target, ...more])],
      estimate,
    };
  }
  if (draw < 0.75) {
    const to = { name: "INTEGER" as const };
    return {
      change: { kind: "change_type", table, column, from: "BIGINT", to },
      targeted: [...new Set([target, ...more])],
      estimate,
    };
  }
  if (draw < 0.8)
    return { change: { kind: "drop_index", table, index: column }, targeted: [], estimate };
  const rewrites = [{ fingerprint: target, sql: `SELECT ${index}` }];
  return {
    change: { kind: "rewrite_query", table, rule: "top_n", rewrites },
    targeted: [target],
    estimate,
  };
}

function drawEffects(
  random: Random,
  { change, targeted }: Drawn,
  queries: World["queries"],
  indexed: World["queries"],
): Map<string, Effect> {
  const effects = new Map<string, Effect>();
  const isUseless = random() < 0.3;
  for (const fingerprint of targeted) {
    const ratio = isUseless ? between(random, 0.97, 1.3) : 10 ** between(random, -1.5, -0.02);
    effects.set(fingerprint, { ratio, needs: [] });
  }
  if (change.kind === "cluster_table" && random() < 0.6) {
    // Scatters what the present order keeps together.
    const hurt = indexed.find(({ fingerprint }) => !targeted.includes(fingerprint));
    if (hurt !== undefined)
      effects.set(hurt.fingerprint, { ratio: between(random, 1.1, 3), needs: [] });
  }
  if (change.kind === "drop_index" && random() < 0.5) {
    effects.set(pick(random, queries).fingerprint, { ratio: between(random, 1, 4), needs: [] });
  }
  return effects;
}

/**
 * Some indexes serve only the query that another order scatters, and do not gain on the present one;
 * some texts pay only once another order or type has changed what their query reads.
 */
function addDependencies(
  random: Random,
  candidates: readonly Candidate[],
  effects: Map<string, Map<string, Effect>>,
): void {
  for (const { candidate_id: id, change } of candidates) {
    if (random() > 0.3 || !["add_index", "rewrite_query"].includes(change.kind)) continue;
    const isIndex = change.kind === "add_index";
    for (const [fingerprint, effect] of effects.get(id) ?? []) {
      const others = candidates.filter(({ candidate_id, change }) => {
        const ratio = effects.get(candidate_id)?.get(fingerprint)?.ratio ?? 1;
        const isRebuilt = change.kind === "cluster_table" || change.kind === "change_type";
        return isRebuilt && (isIndex ? ratio > 1.05 : ratio < 0.9);
      });
      if (others.length === 0) continue;
      const ratio = isIndex ? between(random, 0.96, 1.04) : effect.ratio;
      const needs = others.map(({ candidate_id }) => candidate_id);
      effects.get(id)?.set(fingerprint, { ratio, needs });
    }
  }
}

function makeCandidate(
  id: string,
  change: Change,
  targeted: string[],
  estimate: number,
): Candidate {
  return {
    candidate_id: id,
    change,
    ...{ target: id, title: id, reason: "simulated", factors: [], drawbacks: [] },
    risk: {
      level: "low",
      ...{ locks: "", write_cost: "", reversibility: "", blast_radius: "", affected_consumers: [] },
    },
    plan: { statements: ["x"], revert_statements: [], cleanup_statements: [], is_reversible: true },
    targeted_fingerprints: targeted,
    ...{ prior: 0.5, estimated_gain: estimate, estimated_storage_overhead: 0 },
  };
}

/**
 * Time of a query under a set ÷ unchanged. What another order slows is hardly slower where an index or
 * another text serves the query.
 */
export function ratioOf(world: World, ids: readonly string[], fingerprint: string): number {
  const effects = ids.flatMap((id) => {
    const effect = world.effects.get(id)?.get(fingerprint);
    if (effect === undefined) return [];
    const isActive = effect.needs.length === 0 || effect.needs.some((one) => ids.includes(one));
    const isIndex = /index|rewrite/.test(id);
    return isActive ? { ratio: effect.ratio, isIndex } : [];
  });
  const serving = effects.filter(({ ratio }) => ratio < 1).sort((a, b) => a.ratio - b.ratio);
  const [best, ...others] = serving;
  const share = world.overlap.get(fingerprint) ?? 0;
  const helped = others.reduce((time, { ratio }) => time * ratio ** share, best?.ratio ?? 1);
  const slowed = effects.reduce((time, { ratio }) => time * Math.max(1, ratio), 1);
  return helped * (serving.some(({ isIndex }) => isIndex) ? slowed ** 0.1 : slowed);
}

export const overheadOf = (world: World, ids: readonly string[]): number =>
  ids.reduce((sum, id) => sum + (world.storage.get(id) ?? 0), 0);

/** Gain of the whole workload under a set, exactly. */
export function trueGain(world: World, ids: readonly string[]): number {
  const total = (ratio: (fingerprint: string) => number) =>
    world.queries.reduce(
      (sum, one) => sum + one.calls * one.baselineMs * ratio(one.fingerprint),
      0,
    );
  return 1 - total((one) => ratioOf(world, ids, one)) / total(() => 1);
}

/** Queries that a set slows by more than a share of their time, where that is felt. */
export function slowedQueries(world: World, ids: readonly string[], share: number): string[] {
  return world.queries
    .filter(({ fingerprint, baselineMs }) => {
      const slower = ratioOf(world, ids, fingerprint) - 1;
      return slower > share && slower * baselineMs >= 0.1;
    })
    .map(({ fingerprint }) => fingerprint);
}
