import { createHash, createSecretKey } from 'node:crypto';
import { createPseudonymizer } from '@weir/envelope';
import { createListBuilder, createPseudonymList } from '@weir/lists';
import { createListFile } from '../../../services/ingest/src/lists/read-list-file.ts';
import { noRefusals } from '../../../services/ingest/src/lists/refusals-file.ts';
import { median, round } from '../process-usage.ts';

/** How large it is: entries of the list that is asked, questions in each turn, and lines of the file that is read. */
export type ListsSize = {
  readonly entries: number;
  readonly questions: number;
  readonly turns: number;
  readonly lines: number;
};

const usual: ListsSize = { entries: 5_000_000, questions: 1_000_000, turns: 5, lines: 10_000_000 };

const mebibyte = 1_048_576;
const badEvery = 1_000;

/**
 * What a list takes: to be built, its bytes, and what one question costs, half of them about entries; and what
 * it takes ingest to read a file of accounts with one bad line in a thousand into the bytes of a list.
 */
export async function run(
  say: (sentence: string) => void,
  { entries, questions, turns, lines }: ListsSize = usual,
): Promise<Readonly<Record<string, number>>> {
  say(`A list of ${entries} entries, asked ${turns} times ${questions} questions`);
  const began = performance.now();
  const builder = createListBuilder('counterparty');
  for (let entry = 0; entry < entries; entry += 1) builder.add(prefixOf(entry), Infinity);
  const addedAt = performance.now();
  const bytes = builder.build();
  const builtAt = performance.now();
  const list = createPseudonymList('bench@1', bytes);
  const checkedAt = performance.now();
  const asked = Array.from({ length: questions }, (_, question) =>
    prefixOf(question % 2 === 0 ? (question * 7_919) % entries : entries + question).toString('hex'),
  );
  const nsOfTurns = Array.from({ length: turns }, () => {
    const from = performance.now();
    let found = 0;
    for (const prefix of asked) if (list.has(prefix, 0)) found += 1;
    if (found < questions / 2) throw new Error('an entry of the list was not found');
    return ((performance.now() - from) * 1e6) / questions;
  });
  say(`A file of ${lines} accounts, one in ${badEvery} of them bad`);
  const readingFrom = performance.now();
  const counts = await readFileOf(lines);
  const readingMs = performance.now() - readingFrom;
  return {
    entries: list.entries,
    listBytes: bytes.length,
    addMs: round(addedAt - began, 0),
    buildMs: round(builtAt - addedAt, 0),
    checkMs: round(checkedAt - builtAt, 1),
    questionNs: round(median(nsOfTurns), 0),
    linesRead: counts.lines,
    linesBad: counts.bad,
    linesPerSecond: round((counts.lines * 1_000) / readingMs, 0),
    peakResidentMebibytes: round((process.resourceUsage().maxRSS * 1_024) / mebibyte, 0),
  };
}

/** As uniform as pseudonyms are, and the same ones at every run. */
const prefixOf = (entry: number): Buffer => createHash('sha1').update(String(entry)).digest().subarray(0, 6);

async function readFileOf(lines: number): Promise<{ readonly lines: number; readonly bad: number }> {
  const indexKey = createSecretKey(Buffer.alloc(32, 1));
  const file = createListFile({
    chunks: accounts(lines),
    entry: {
      ...{ of: 'counterparty' as const, tenant: 'bench', expiresAtMs: Infinity },
      pseudonymize: createPseudonymizer({ indexKey, version: 1, maxRemembered: 0 }),
    },
    nowMs: 0,
    refusals: noRefusals,
    signal: new AbortController().signal,
  });
  await file.read();
  return file.counts();
}

/** A file as it would be read, and never whole in memory. */
async function* accounts(lines: number): AsyncGenerator<Uint8Array> {
  const linesPerChunk = 1_000;
  for (let line = 0; line < lines; line += linesPerChunk) {
    let text = '';
    for (let next = line; next < Math.min(line + linesPerChunk, lines); next += 1)
      text += next % badEvery === badEvery - 1 ? `no account ${next}\n` : `ACC-${next}\n`;
    yield Buffer.from(text);
  }
}
