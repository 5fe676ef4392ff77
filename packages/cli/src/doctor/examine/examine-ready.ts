import { readState } from '@weir/local';
import { fail, ok, skipped } from '../check.ts';
import type { Check } from '../check.ts';
import type { Patient } from '../patient.ts';
import { judged, probe } from '../probed.ts';

/** Whether a worker that there is one of says that it does its work. Its address is the local stack's. */
export async function examineReady(
  { home }: Patient,
  {
    id,
    name,
    mend,
  }: {
    readonly id: 'audit.notary' | 'learning.learner' | 'replay.worker';
    readonly name: string;
    readonly mend: string;
  },
): Promise<readonly Check[]> {
  const url = home === undefined ? undefined : readState(home)?.addresses[`${name.toUpperCase()}_URL`];
  if (url === undefined)
    return [skipped(id, `nothing says where the ${name} serves its health: ask its /readyz`)];
  const ready = await probe(async () => {
    const { status } = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(4_000) });
    return status;
  });
  return judged(id, ready, mend, (status) => [
    status === 200 ? ok(id, 'ready') : fail(id, `answers ${status}`, mend),
  ]);
}
