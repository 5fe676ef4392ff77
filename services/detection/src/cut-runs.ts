import type { Decoded } from '@weir/verdicts';

/** A run of records that becomes one chain commit and one Kafka transaction. `to` is the next offset to read. */
export type Run = { readonly from: number; readonly to: number; readonly decoded: readonly Decoded[] };

/**
 * Cuts decoded records, in offset order and starting at `position`, into runs:
 * at each boundary (the stored and the published position, so that a run is
 * wholly before or wholly behind them), before each control record (so that one
 * run has one set of versions), behind one that brings a window plan into force
 * (what follows may need other windows), and at `maxRecords`. `position` may lie before
 * the first record: an offset no record has belongs to the run that follows it.
 */
export function cutRuns(
  decoded: readonly Decoded[],
  options: { readonly position: number; readonly boundaries: readonly number[]; readonly maxRecords: number },
): Run[] {
  const runs: { from: number; to: number; decoded: Decoded[] }[] = [];
  for (const one of decoded) {
    const run = runs.at(-1);
    const cut =
      run === undefined ||
      run.decoded.length >= options.maxRecords ||
      one.kind === 'control' ||
      bringsPlan(run.decoded[0]) ||
      options.boundaries.some((boundary) => run.to <= boundary && boundary <= one.offset);
    if (cut) runs.push({ from: run?.to ?? options.position, to: one.offset + 1, decoded: [one] });
    else {
      run.to = one.offset + 1;
      run.decoded.push(one);
    }
  }
  return runs;
}

const bringsPlan = (decoded: Decoded | undefined): boolean =>
  decoded?.kind === 'control' &&
  decoded.control.kind === 'artefact_activated' &&
  decoded.control.artefactKind === 'window_plan';
