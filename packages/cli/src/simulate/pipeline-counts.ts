/** What the workers' own metrics say, summed over their partitions. */
export type PipelineCounts = {
  readonly cleared: number;
  readonly held: number;
  readonly rejected: number;
  readonly duplicate: number;
  readonly alerts: number;
  readonly lag: number;
};

const timeoutMs = 1_000;

/** Reads the counts, each 0 where its worker doesn't answer: they are for the moving line, never for the ledger. */
export async function readPipelineCounts(
  addresses: Readonly<Record<string, string>>,
): Promise<PipelineCounts> {
  const [detection, alerting] = await Promise.all([
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

async function readMetrics(url: string | undefined): Promise<string> {
  if (url === undefined) return '';
  try {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
    return await answer.text();
  } catch {
    return '';
  }
}

/** The sum of one metric's series that carry a label, in the Prometheus text format. */
function sumOf(text: string, metric: string, label = ''): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
