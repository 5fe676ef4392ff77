import type { PublishedModel } from '@weir/models';
import { grouped, table } from '../terminal/table.ts';
import type { Change, Comparison } from './compare-knowledge.ts';
import type { ModelState } from './read-models.ts';

/** What one model is, for a script. */
export const modelAsJson = (
  { ref, cutAt, learned, bytes, digest, location }: PublishedModel,
  { inForce, policy }: ModelState,
) => ({ ref, cutAt, learned, bytes, digest, location, inForce: digest === inForce?.digest, policy });

export function showModels(models: readonly PublishedModel[], state: ModelState): string[] {
  const rows = models.map((model) => [
    model.ref,
    model.cutAt,
    grouped(model.learned.transactions),
    grouped(model.learned.frauds),
    `${grouped(Math.ceil(model.bytes / 1_024))} KiB`,
    model.digest === state.inForce?.digest ? 'in force' : '',
  ]);
  const header = ['model', 'knows up to', 'learned', 'frauds', 'size', ''];
  return [
    ...(rows.length === 0
      ? ['No model has been learned yet; the score stands without labels.']
      : table(header, rows, [2, 3, 4])),
    '',
    showPolicy(state),
  ];
}

function showPolicy({ policy, decidedBy, inForce }: ModelState): string {
  const now = inForce === undefined ? 'No model is in force' : `${inForce.artefact} is in force`;
  if (policy === 'frozen')
    return `${now}, and frozen by ${decidedBy ?? 'somebody'}: newer ones don't come into force until "weir models follow".`;
  return `${now}; newer ones come into force by themselves.`;
}

export function showComparison(
  a: PublishedModel,
  b: PublishedModel,
  { changed, added, removed, largest }: Comparison,
): string[] {
  const counts = [a, b].map(({ ref, cutAt, learned, bytes }) => [
    ref,
    cutAt,
    grouped(learned.transactions),
    grouped(learned.frauds),
    grouped(bytes),
  ]);
  const lines = [
    ...table(['model', 'knows up to', 'learned', 'frauds', 'bytes'], counts, [2, 3, 4]),
    '',
    `${grouped(changed)} numbers changed, ${grouped(added)} are new, ${grouped(removed)} are gone.`,
  ];
  if (largest.length === 0) return lines;
  const rows = largest.map(({ path, before, after }) => [
    path,
    shown(before),
    shown(after),
    shown((after ?? 0) - (before ?? 0)),
  ]);
  return [...lines, '', ...table(['largest differences', a.ref, b.ref, 'difference'], rows, [1, 2, 3])];
}

const shown = (value: Change['before']): string =>
  value === undefined ? '-' : Number.isInteger(value) ? String(value) : value.toPrecision(6);
