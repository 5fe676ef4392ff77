import assert from 'node:assert/strict';
import { test } from 'node:test';
import { digestOf } from './migrate.ts';
import { migrations } from './migrations.ts';

/** Of what was released. One is added with each migration; none is ever changed. */
const released = [
  'e916ab1a3321b33b1543efd47af9af11f0f6fe5afc8603d4bc381dcce860da71',
  '347e09e4e22cfb1d74a631866dd0facff2412994b4c8d1612ceb80f42ae73e13',
  '68c83a3f305d3b027dfb71b5339cff48362d95da4a5cc77b4c4c8d9520b8191b',
  '5dcdafee4fca2631d3e23c9a8f94946b03904c93d21e379e6a3c9d439d340d51',
  'ed40fca0ba76c5ec9696fde784fdb819805606f326b3ce12ef971501a6a0d8ce',
];

test('a migration that was released stays as it was: whoever has applied it would be refused', () => {
  assert.deepEqual(
    migrations.map(({ statements }) => digestOf(statements)),
    released,
  );
});
