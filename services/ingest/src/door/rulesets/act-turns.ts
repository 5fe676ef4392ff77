/** Lets one act happen at a time, and a few wait. */
export type ActTurns = {
  /** Takes a place; undefined where all are taken. Whoever has one gives it back, once. */
  readonly take: () => (() => void) | undefined;
  /** Does something once everything before it has ended. */
  readonly inTurn: <Result>(act: () => Promise<Result>) => Promise<Result>;
};

export function createActTurns(places: number): ActTurns {
  let taken = 0;
  let before: Promise<unknown> = Promise.resolve();
  return {
    take: () => {
      if (taken >= places) return undefined;
      taken += 1;
      return () => {
        taken -= 1;
      };
    },
    inTurn: (act) => {
      const done = before.then(act);
      before = done.catch(() => undefined);
      return done;
    },
  };
}
