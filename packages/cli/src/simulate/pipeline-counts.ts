import { readMetrics, sumOf } from '../local/worker-metrics.ts';

/** What the workers' own metrics say, summed over their partitions. */
export type PipelineCounts = {
  readonly cleared: number;
  readonly held: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly alerts: number;
  readonly lag: number;
};

/** Reads the counts, each 0 where its worker doesn't answer: they are for the moving line, never for the ledger. */
export async function readPipelineCounts(
  addresses: Readonly<Record<string, string>>,
): Promise<PipelineCounts> {
  const [detection = '', alerting = ''] = await Promise.all([
    readMetrics(addresses['DETECTION_URL']),
    readMetrics(addresses['ALERTING_URL']),
  ]);
  const decided = (outcome: string): number =>
    sumOf(detection, 'weir_decisions_total', `outcome="${outcome}"`);
  return {
    cleared: decided('cleared'),
    held: decided('held'),
    rejected: decided('rejected'),
    duplicate: decided('duplicate'),
    alerts: sumOf(alerting, 'weir_alerts_total'),
    lag: sumOf(detection, 'weir_lag_records'),
  };
}
