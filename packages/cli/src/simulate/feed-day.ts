import { Readable } from 'node:stream';
import { simulateDay } from '@weir/simulator';
import type { SimulatedTransaction } from '@weir/simulator';
import type { IngestProgress, IngestSummary } from '../ingest/ingest-messages.ts';
import { runIngest } from '../ingest/run-ingest.ts';
import { ledgerFileOf } from '../ledger/ledger-file-name.ts';
import type { Calendar } from './simulated-days.ts';

/** Whose transactions the simulated ones are, and the connection they come in by. */
const simulatedTenant = 'demo';
const simulatedSource = 'simulator';

/** What really happened, by transaction id: the pipeline is never told. */
export type GroundTruth = ReadonlyMap<string, SimulatedTransaction['truth']>;

export type FedDay = { readonly summary: IngestSummary | undefined; readonly truth: GroundTruth };

/** Streams one simulated day through an ingest worker. */
export async function feedDay(options: {
  readonly home: string;
  readonly calendar: Calendar;
  readonly onProgress: (progress: IngestProgress) => void;
  readonly signal: AbortSignal;
}): Promise<FedDay> {
  const { seed, nextDay: day } = options.calendar;
  const truth = new Map<string, SimulatedTransaction['truth']>();
  const summary = await runIngest({
    home: options.home,
    env: {
      MODE: 'source',
      INPUT_FILE: '-',
      TENANT: simulatedTenant,
      SOURCE: simulatedSource,
      LEDGER_FILE: ledgerFileOf(options.home, {
        tenant: simulatedTenant,
        source: simulatedSource,
        input: `day-${day}`,
      }),
    },
    input: Readable.from(linesOf(simulateDay({ seed, day, faults: true }), truth)),
    onProgress: options.onProgress,
    signal: options.signal,
  });
  return { summary, truth };
}

/** Lines of about 64 KB at a time: one write for each transaction would cost more than simulating it. */
function* linesOf(
  transactions: Iterable<SimulatedTransaction>,
  truth: Map<string, SimulatedTransaction['truth']>,
): Generator<string> {
  let lines = '';
  for (const simulated of transactions) {
    if (simulated.fault === null) truth.set(simulated.offered.transactionId, simulated.truth);
    lines += `${JSON.stringify(simulated.offered)}\n`;
    if (lines.length < 65_536) continue;
    yield lines;
    lines = '';
  }
  yield lines;
}
