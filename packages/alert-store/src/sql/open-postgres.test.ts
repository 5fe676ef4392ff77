import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openPostgres } from './open-postgres.ts';

const refused = [
  ['another kind of database', 'mysql://db.example/weir'],
  ['no URL', 'localhost'],
  ['a server elsewhere without TLS', 'postgres://weir@db.example/weir?sslmode=disable'],
  ['TLS that takes any certificate', 'postgres://weir@db.example/weir?sslmode=require'],
  ['a parameter that nobody would heed', 'postgres://weir@db.example/weir?sslmode=verify-full&sslrootcert=x'],
] as const;

for (const [what, url] of refused) {
  test(`a DATABASE_URL with ${what} is refused, without repeating it`, () => {
    assert.throws(
      () => openPostgres({ url }),
      (error: Error & { code?: string }) =>
        error.code === 'config_invalid' && !error.message.includes('example'),
    );
  });
}
