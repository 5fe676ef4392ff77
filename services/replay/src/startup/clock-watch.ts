/** So much a wall clock may move otherwise than time passes without somebody having set it. */
const driftMs = 60_000;

/** For so long it has to go on steadily before anything is deleted by what it says. */
export const steadyForMs = 3_600_000;

/** What a wall clock says, and how much time has passed since some moment, both in ms. */
export type Clocks = { readonly wallMs: () => number; readonly passedMs: () => number };

/**
 * Watches a wall clock. Answers whether it was steady for an hour, as far as it was asked: one that jumped ahead makes
 * old what is not. A clock that is wrong for longer than that isn't found out.
 */
export function createClockWatch({ wallMs, passedMs }: Clocks): () => boolean {
  let asked = { wall: wallMs(), passed: passedMs() };
  let steadySince = asked.passed;
  return () => {
    const now = { wall: wallMs(), passed: passedMs() };
    const isSet = Math.abs(now.wall - asked.wall - (now.passed - asked.passed)) > driftMs;
    asked = now;
    if (isSet) steadySince = now.passed;
    return now.passed - steadySince >= steadyForMs;
  };
}
