import { AppError } from "@/server/platform";

/** Lets at most `max` through at once; the next one is told to come back. */
export interface Gate {
  /** Throws `overloaded` when full. Call the answer exactly once, when done. */
  enter(): () => void;
}

export function createGate(max: number): Gate {
  let inside = 0;
  return {
    enter() {
      if (inside >= max) {
        throw new AppError("overloaded", "Too many requests at once. Try again shortly.", {
          details: { retry_after_seconds: 1 },
        });
      }
      inside += 1;
      return () => {
        inside -= 1;
      };
    },
  };
}
