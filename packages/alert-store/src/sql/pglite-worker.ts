// The embedded database, in a thread of its own: a batch keeps it busy for tens of milliseconds,
// in which the process has to answer heartbeats and people.
import { parentPort, workerData } from 'node:worker_threads';
import { PGlite } from '@electric-sql/pglite';
import { WeirError } from '@weir/contracts';
import { createDurableFolder, durableStart } from './durable-folder.ts';
import type { PgliteAnswer, PgliteRequest } from './pglite-messages.ts';
import { prepareFolder } from './prepare-folder.ts';

const port = parentPort;
if (port === null) throw new Error('This runs as a worker thread alone.');
const answer = (message: PgliteAnswer): void => port.postMessage(message);

const oidOfBytea = 17;
const oidOfInt8 = 20;

/** The library reads digit by digit what a page of sealed bytes has millions of. */
function bytesOfHex(text: string): Uint8Array {
  // With memory of its own: of the memory that small buffers share all would be copied to the other thread.
  const bytes = Buffer.alloc(text.length / 2 - 1);
  bytes.write(text.slice(2), 'hex');
  return bytes;
}

try {
  const database = await PGlite.create({
    fs: createDurableFolder(await prepareFolder(String(workerData))),
    startParams: [...durableStart],
    parsers: { [oidOfInt8]: Number, [oidOfBytea]: bytesOfHex },
  });
  port.on('message', (request: PgliteRequest | 'close') => {
    if (request === 'close') void database.close().then(() => port.close());
    else void run(database, request).then(answer);
  });
  answer({ kind: 'opened' });
} catch (error) {
  const why =
    error instanceof WeirError
      ? error.message
      : 'The folder of the alerts holds a database that can not be opened: it is damaged, or its disk is full.';
  answer({ kind: 'refused', why });
}

async function run(database: PGlite, { text, values }: PgliteRequest): Promise<PgliteAnswer> {
  try {
    const { rows } = await database.query(text, [...values]);
    return { kind: 'rows', rows };
  } catch (error) {
    const { code, constraint } = Object(error) as { readonly code?: string; readonly constraint?: string };
    // Anything but an answer of PostgreSQL: this one is dead, and the thread ends with it.
    if (code === undefined) throw error;
    return { kind: 'failed', code, constraint: constraint ?? '' };
  }
}
