import fc from "fast-check";
import { expect, test } from "vitest";
import { isFinal } from "@/server/contracts";
import { ModelWorld, type Plan, type Side } from "../testing/model-world";

const plan = fc.record({
  verdict: fc
    .integer({ min: 0, max: 11 })
    .map((number) => (["counter", "reject"] as const)[number] ?? "accept"),
  hasOwnChanges: fc.boolean(),
  cannotRevert: fc.integer({ min: 0, max: 9 }).map((number) => number === 0),
}) satisfies fc.Arbitrary<Plan>;

/** What happens next, and to whom: drawn, so that every order comes. */
const events = fc.array(fc.tuple(fc.integer({ min: 0, max: 20 }), fc.nat(1000)), {
  minLength: 60,
  maxLength: 400,
});

function happen(world: ModelWorld, [what, who]: readonly [number, number]): void {
  const side = world.sides[who % world.sides.length] as Side;
  if (what < 7) world.deliver(who);
  else if (what < 8) world.redeliver(who);
  else if (what < 13) world.advance(side);
  else if (what < 18) world.happen(side, Math.floor(who / world.sides.length));
  else if (what === 18) world.revise();
  // Seldom: what was called off reaches no later step.
  else if (what === 19) {
    if (who % 8 === 0) world.cancel(side);
  } else world.now += (who % 3) * 3_600_000;
}

const isInPlace = ({ view }: Side) =>
  view.suggestion?.state === "executed" || view.suggestion?.state === "verified";

const RUNS = { numRuns: 800 };

test("whatever happens, in whatever order: nothing runs without all, nothing twice, and every conversation ends", () => {
  fc.assert(
    fc.property(
      fc.array(plan, { minLength: 1, maxLength: 3 }),
      plan,
      events,
      (plans, own, drawn) => {
        const world = new ModelWorld(plans, own);
        // What must never happen throws on the way.
        for (const event of drawn) happen(world, event);
        world.settle();
        expect(world.sides.every(({ view }) => isFinal("conversation", view.state))).toBe(true);
      },
    ),
    RUNS,
  );
});

test("at the end the change is in place everywhere or nowhere, or a failed rollback says where", () => {
  fc.assert(
    fc.property(
      fc.array(plan, { minLength: 1, maxLength: 3 }),
      plan,
      events,
      (plans, own, drawn) => {
        const world = new ModelWorld(plans, own);
        for (const event of drawn) happen(world, event);
        world.settle();
        const failed = world.sides.filter(({ view }) => view.state === "compensation_failed");
        const stuck = world.sides.filter(({ view }) => view.suggestion?.rollback === "failed");
        for (const side of stuck) expect(side.view.state).toBe("compensation_failed");
        const [initiator, ...others] = world.sides;
        const changed = others.filter(({ view }) => view.hasOwnChanges);
        const inPlace = [initiator, ...changed].filter(
          (side) => side !== undefined && !stuck.includes(side),
        ) as Side[];
        if (stuck.length > 0) {
          expect(inPlace.filter(isInPlace)).toEqual([]);
          return;
        }
        const count = inPlace.filter(isInPlace).length;
        if (count === inPlace.length && count > 0) {
          expect(initiator?.view.state).toBe("synced");
          return;
        }
        expect([count, failed.filter(isInPlace)]).toEqual([0, []]);
      },
    ),
    RUNS,
  );
});

test("nobody hears of an execution that another rejected first", () => {
  fc.assert(
    fc.property(events, (drawn) => {
      const rejecting: Plan = { verdict: "reject", hasOwnChanges: false, cannotRevert: false };
      const accepting: Plan = { verdict: "accept", hasOwnChanges: true, cannotRevert: false };
      const world = new ModelWorld([accepting, rejecting], accepting);
      for (const event of drawn) happen(world, event);
      world.settle();
      expect(world.completions).not.toContain("executed");
      expect(world.sides.map(({ executions }) => executions)).toEqual(world.sides.map(() => 0));
    }),
    RUNS,
  );
});

test("when all agree and every change works, all are in sync", () => {
  const accepting: Plan = { verdict: "accept", hasOwnChanges: true, cannotRevert: false };
  const idle: Plan = { ...accepting, hasOwnChanges: false };
  const world = new ModelWorld([accepting, idle], accepting);
  for (let turn = 0; turn < 40; turn += 1) {
    for (const side of [...world.sides]) {
      world.advance(side);
      world.happen(side, 19);
    }
    world.deliver(0);
  }
  expect(world.sides.map(({ view }) => view.state)).toEqual(["synced", "synced", "synced"]);
  expect(world.sides.map(({ executions }) => executions)).toEqual([1, 1, 0]);
  expect(world.completions).toEqual(["executed", "executed"]);
});
