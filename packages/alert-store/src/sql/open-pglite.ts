import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import { WeirError } from '@weir/contracts';
import { createTurns } from '@weir/runtime';
import type { Database, Query } from './database.ts';
import { explainDatabaseError } from './explain-database-error.ts';
import { lockFolder } from './lock-folder.ts';
import type { PgliteAnswer, PgliteRequest } from './pglite-messages.ts';
import { runTransaction } from './run-transaction.ts';

/** So many times a statement or transaction ran, the table that needs it most is cleaned up. */
const upkeepEvery = 100;

/** By what the autovacuum of a server goes by, with its default settings. */
const mostWorn = `
  select relname as name from pg_stat_user_tables
  where schemaname = 'weir'
    and (n_dead_tup > 50 + 0.2 * n_live_tup or n_mod_since_analyze > 50 + 0.1 * n_live_tup)
  order by n_dead_tup + n_mod_since_analyze desc limit 1`;

/**
 * The embedded database in a folder of this process alone. Its thread starts with the first statement, and
 * again where it ended. A server cleans up after what was changed by itself; here that is done between what
 * is asked. Throws what `lockFolder` throws.
 */
export function openPglite(folder: string): Database {
  const lock = lockFolder(folder);
  const takeTurn = createTurns(1);
  let running: Worker | undefined;
  let isClosed = false;

  const thread = async (): Promise<Worker> => {
    // The folder may be another process's by now.
    if (isClosed) throw new WeirError('store_unavailable', 'The embedded database of the alerts is closed.');
    return (running ??= await startThread(folder, ended));
  };
  const ended = (worker: Worker): void => {
    if (running === worker) running = undefined;
  };
  const query: Query = async <Row>(text: string, values: readonly unknown[] = []) => {
    const answer = await ask(await thread(), { text, values });
    if (answer.kind === 'failed') throw statementError(answer);
    return (answer.kind === 'rows' ? answer.rows : []) as readonly Row[];
  };
  const cleanUp = async (): Promise<void> => {
    const [table] = await query<{ name: string }>(mostWorn);
    if (table !== undefined) await query(`vacuum (analyze) weir.${table.name}`);
  };
  let served = 0;
  const serve = <Result>(work: () => Promise<Result>): Promise<Result> => {
    served += 1;
    const result = takeTurn(work);
    // What goes wrong here goes wrong for the next who asks, who is told.
    if (served % upkeepEvery === 0) takeTurn(cleanUp).catch(() => undefined);
    return result;
  };
  return {
    query: (text, values) =>
      serve(async () => {
        try {
          return await query(text, values);
        } catch (error) {
          throw explainDatabaseError(error);
        }
      }),
    transaction: (opening, work) => serve(() => runTransaction(query, opening, work)),
    close: () =>
      takeTurn(async () => {
        isClosed = true;
        if (running !== undefined) await stopThread(running);
        lock.release();
      }),
  };
}

/** As the driver of a server throws them. */
const statementError = ({ code, constraint }: PgliteAnswer & { readonly kind: 'failed' }): Error =>
  Object.assign(new Error('A statement was refused.'), { code, constraint });

async function startThread(folder: string, onEnd: (worker: Worker) => void): Promise<Worker> {
  const worker = new Worker(new URL('./pglite-worker.ts', import.meta.url), { workerData: folder });
  worker.once('exit', () => onEnd(worker));
  const answer = await nextAnswer(worker);
  if (answer.kind === 'refused') throw new WeirError('store_other', answer.why);
  return worker;
}

async function ask(worker: Worker, request: PgliteRequest): Promise<PgliteAnswer> {
  const answer = nextAnswer(worker);
  worker.postMessage(request);
  return answer;
}

/** Names the kind of what ended the thread; its text may quote a row. An exit has a number. */
function endedError(why: unknown): WeirError {
  const { code, name } = Object(why) as { readonly code?: string; readonly name?: string };
  const kind = typeof why === 'number' ? `exit ${why}` : (code ?? name ?? 'unknown');
  return new WeirError('store_unavailable', `The embedded database of the alerts ended (${kind}).`);
}

/** Answers come one by one, for questions are put one by one. */
function nextAnswer(worker: Worker): Promise<PgliteAnswer> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void): void => {
      worker.off('message', onMessage).off('error', onEnd).off('exit', onEnd);
      finish();
    };
    const onMessage = (answer: PgliteAnswer): void => settle(() => resolve(answer));
    const onEnd = (why: unknown): void => settle(() => reject(endedError(why)));
    worker.on('message', onMessage).on('error', onEnd).on('exit', onEnd);
  });
}

async function stopThread(worker: Worker): Promise<void> {
  const exited = once(worker, 'exit');
  worker.postMessage('close');
  await exited;
}
