/** What a worker's /metrics says, in the Prometheus text format; undefined where it doesn't answer. */
export async function readMetrics(url: string | undefined, timeoutMs = 1_000): Promise<string | undefined> {
  if (url === undefined) return undefined;
  try {
    const answer = await fetch(`${url}/metrics`, { signal: AbortSignal.timeout(timeoutMs) });
    return await answer.text();
  } catch {
    return undefined;
  }
}

/** The sum of one metric's series that carry a label, in the Prometheus text format. */
export function sumOf(text: string, metric: string, label = ''): number {
  return text
    .split('\n')
    .filter((line) => line.startsWith(`${metric}{`) && line.includes(label))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
