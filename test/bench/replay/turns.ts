/** Two things that are compared, so many times each: whoever came first comes last in the next round. */
export const inTurns = <One, Other>(one: One, other: Other, rounds: number): readonly (One | Other)[] =>
  Array.from({ length: rounds }, (_, round) => (round % 2 === 0 ? [one, other] : [other, one])).flat();
