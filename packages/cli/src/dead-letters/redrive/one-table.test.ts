import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { OfferedAs } from '@weir/contracts';
import type { Meant } from './find-letters.ts';
import { requireOneTable } from './one-table.ts';
import type { Planned } from './plan-redrive.ts';
import { redriveAsJson, showPlan } from './show-redrive.ts';

const places: Meant = { kind: 'places', places: [] };
const filter: Meant = { kind: 'filter', filter: { source: 'core' } };
const known = {
  partition: 0,
  offset: 1,
  id: 'letter',
  codes: ['currency_unknown'] as const,
  timeMs: 0,
  line: 1,
};
const row = (source: string, columns: readonly string[] | null): Planned => {
  const offered: OfferedAs = {
    ...{ kind: 'transaction', tenant: 'bank', observedAt: null },
    columns: columns === null ? null : [...columns],
  };
  const fitness = { ok: true, from: 'source', source, line: 1, offered } as const;
  return { ...known, keptBytes: 1, timesBefore: 0, times: 1, fitness };
};
const ofLog: Planned = { ...row('core', null), fitness: { ok: true, from: 'log' } };

test('rows of several sources are not read by one mapping, however they are meant', () => {
  for (const meant of [places, filter])
    assert.throws(
      () => {
        requireOneTable([row('core', ['a']), row('cards', ['a'])], meant);
      },
      { exitCode: 64, message: /core, cards/ },
    );
  requireOneTable([row('core', ['a']), row('cards', null), ofLog], places);
});

test('rows under several headers are read by the names of their columns, and not where places mix them', () => {
  const mixed = [row('core', ['a', 'b']), row('core', ['b', 'a'])];
  assert.throws(
    () => {
      requireOneTable(mixed, places);
    },
    { exitCode: 64, message: /headers/ },
  );
  requireOneTable(mixed, filter);
});

test('a plan shows of which sources it is', () => {
  const planned = [row('core', null), ofLog, row('core', null)];
  const plan = { asked: 3, planned, leftOut: new Map(), beyondLimit: 0, placesSha256: '' };
  assert.match(showPlan(plan).join('\n'), /of the source +records\ncore +2\n\(on the log\) +1/);
  const { sources } = redriveAsJson(plan, null) as { readonly sources: unknown };
  assert.deepEqual(sources, [
    { source: 'core', records: 2 },
    { source: null, records: 1 },
  ]);
});
