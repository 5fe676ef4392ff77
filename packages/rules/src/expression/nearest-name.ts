/** The known name that an unknown one was probably meant to be: few letters apart, the nearest one. */
function nearestName(name: string, known: readonly string[]): string | undefined {
  const most = Math.max(1, Math.min(4, Math.floor(name.length / 3)));
  let nearest: string | undefined;
  let distance = most + 1;
  for (const one of known) {
    // So many letters more or fewer are as many edits at least: what is long is never compared in full.
    if (Math.abs(name.length - one.length) > most) continue;
    const apart = editsBetween(name.toLowerCase(), one.toLowerCase());
    if (apart < distance) {
      nearest = one;
      distance = apart;
    }
  }
  return nearest;
}

/** Letters to put in, take out or change (Levenshtein 1966). */
function editsBetween(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const changed = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(changed, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row[other.length] ?? 0;
}

/** ", did you mean …?" where there is a name to mean. */
export function didYouMean(name: string, known: readonly string[]): string {
  const nearest = nearestName(name, known);
  return nearest === undefined ? '' : `; did you mean "${nearest}"?`;
}
