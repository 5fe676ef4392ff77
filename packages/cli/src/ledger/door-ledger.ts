import { readMetrics, sumOf } from '../local/worker-metrics.ts';
import type { IngestLedger } from './ingest-ledger.ts';

/**
 * The ledger of the HTTP door that runs here, since its start: who sends by HTTP
 * is told of each record at once, so nothing has to be kept for a resumption.
 * Undefined where no door answers, or nothing was offered at it.
 */
export async function readDoorLedger(url: string | undefined): Promise<IngestLedger | undefined> {
  const metrics = await readMetrics(url);
  if (metrics === undefined) return undefined;
  const settled = (outcome: string): number =>
    sumOf(metrics, 'weir_door_records_total', `outcome="${outcome}"`);
  const counts = {
    offered: sumOf(metrics, 'weir_door_records_offered_total'),
    acknowledged: settled('acknowledged'),
    rejected: settled('rejected'),
    failed: settled('failed'),
    unknown: settled('unknown'),
  };
  if (counts.offered === 0) return undefined;
  const { offered, acknowledged, rejected, failed, unknown } = counts;
  return {
    source: 'HTTP door',
    input: 'since its start',
    tenant: 'all',
    state: 'running',
    counts,
    // Some may be under way, but none may come from nowhere.
    balanced: acknowledged + rejected + failed + unknown <= offered,
  };
}
