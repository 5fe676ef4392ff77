const askMs = 1_000;

/** How often the worker that tells its metrics on this port has asked the KMS in vain; 0 where none answers. */
export async function readKmsFailures(port: number): Promise<number> {
  const url = `http://127.0.0.1:${port}/metrics`;
  const response = await fetch(url, { signal: AbortSignal.timeout(askMs) }).catch(() => undefined);
  const text = await response?.text().catch(() => undefined);
  return kmsFailuresIn(text ?? '');
}

/** The sum of the series that say so, in the text format of Prometheus. */
export const kmsFailuresIn = (metrics: string): number =>
  metrics
    .split('\n')
    .filter(
      (line) => line.startsWith('weir_kms_requests_total{') && line.includes('outcome="kms_unavailable"'),
    )
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
