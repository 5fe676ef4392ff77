import { createHash } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import type { Database, Query } from './database.ts';
import { migrations } from './migrations.ts';

/** The oldest that its makers still keep. */
const oldestServer = 140_000;

/** Which environment's alerts these are. */
export type StoreOwner = { readonly environment: string };

// Any number that nobody else locks by.
const lockOne = `select pg_advisory_xact_lock(8215990317)`;

type Applied = { readonly number: number; readonly digest: string };

/**
 * Brings the tables up to what this release knows, in one transaction that one process at a time runs, and
 * notes whose they are. Throws WeirError store_other for a database that is somebody else's, of a newer
 * release, or made by other migrations than these.
 */
export async function migrate(database: Database, owner: StoreOwner): Promise<void> {
  await database.transaction(lockOne, async (query) => {
    await checkServer(query);
    const applied = await readApplied(query);
    applied.forEach(checkApplied);
    for (const [at, { statements }] of migrations.entries()) {
      if (at < applied.length) continue;
      for (const statement of splitStatements(statements)) await query(statement);
      await query('insert into weir.migrations (number, digest) values ($1, $2)', [at, digestOf(statements)]);
    }
    await checkOwner(query, owner);
  });
}

async function checkServer(query: Query): Promise<void> {
  const [row] = await query<{ version: string }>(`select current_setting('server_version_num') as version`);
  if (Number(row?.version) < oldestServer)
    throw new WeirError(
      'store_other',
      'The database is older than PostgreSQL 14, which is the oldest that is served.',
    );
}

async function readApplied(query: Query): Promise<readonly Applied[]> {
  const [found] = await query<{ there: boolean }>(
    `select to_regclass('weir.migrations') is not null as there`,
  );
  if (found?.there === true)
    return query<Applied>('select number, digest from weir.migrations order by number');
  await query('create schema if not exists weir');
  await query(
    'create table weir.migrations (number integer primary key, digest text not null, applied_at timestamptz not null default now())',
  );
  return [];
}

function checkApplied({ number, digest }: Applied, at: number): void {
  const known = migrations[at];
  if (known === undefined)
    throw new WeirError(
      'store_other',
      `The database is of a newer release: it has migration ${number}, which this one does not know.`,
    );
  if (number !== at || digest !== digestOf(known.statements))
    throw new WeirError('store_other', `Migration ${at} of the database is not the one of this release.`);
}

/** Whoever comes first writes its name; everybody else has to have the same. */
async function checkOwner(query: Query, { environment }: StoreOwner): Promise<void> {
  await query('insert into weir.store (environment) values ($1) on conflict (single) do nothing', [
    environment,
  ]);
  const [found] = await query<{ environment: string }>('select environment from weir.store');
  if (found?.environment !== environment)
    throw new WeirError(
      'store_other',
      `The database holds the alerts of the environment ${found?.environment ?? ''}, not of ${environment}.`,
    );
}

/** One by one: a statement with its rows can't be several. No text in them holds a semicolon. */
const splitStatements = (statements: string): string[] =>
  statements
    .split(/;\n/)
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');

/** By which an applied migration is known. */
export const digestOf = (statements: string): string => createHash('sha256').update(statements).digest('hex');
