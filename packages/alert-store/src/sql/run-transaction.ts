import { setTimeout as delay } from 'node:timers/promises';
import type { Query } from './database.ts';
import { explainDatabaseError, isConflict } from './explain-database-error.ts';

const mostAttempts = 5;
const firstPauseMs = 10;

/** What became of one attempt; `failed` is what the driver threw first. */
type Attempt<Result> =
  | { readonly done: true; readonly result: Result }
  | { readonly done: false; readonly thrown: unknown; readonly failed: unknown };

/**
 * Runs work between begin and commit on one connection, which throws what its driver throws. Work that ran
 * into a conflict runs again, at most 5 times, after pauses of 10 ms that double.
 */
export async function runTransaction<Result>(
  connection: Query,
  opening: string,
  work: (query: Query) => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt += 1) {
    const outcome = await attemptOnce(connection, opening, work);
    if (outcome.done) return outcome.result;
    if (!isConflict(outcome.failed) || attempt === mostAttempts) throw outcome.thrown;
    await delay(firstPauseMs * 2 ** attempt * Math.random());
  }
}

async function attemptOnce<Result>(
  connection: Query,
  opening: string,
  work: (query: Query) => Promise<Result>,
): Promise<Attempt<Result>> {
  let failed: unknown;
  const query: Query = async (text, values) => {
    // Where the connection was lost, what comes next may run on another one, outside of the transaction.
    if (failed !== undefined) throw explainDatabaseError(failed);
    try {
      return await connection(text, values);
    } catch (error) {
      failed ??= error;
      throw explainDatabaseError(error);
    }
  };
  try {
    await query('begin');
    await query(opening);
    const result = await work(query);
    // After an error PostgreSQL answers a commit by rolling back, without an error: work that went on must not pass for done.
    if (failed !== undefined) throw explainDatabaseError(failed);
    await query('commit');
    return { done: true, result };
  } catch (thrown) {
    await connection('rollback').catch(() => undefined);
    return { done: false, thrown, failed };
  }
}
