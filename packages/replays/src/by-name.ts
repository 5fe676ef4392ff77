/** Sorts entries by their names, so that the order they came in doesn't show. */
export const byName = ([one]: readonly [string, unknown], [other]: readonly [string, unknown]): number =>
  one < other ? -1 : 1;
