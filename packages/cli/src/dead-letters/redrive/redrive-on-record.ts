import { hash } from 'node:crypto';
import { formatInstant, streams } from '@weir/contracts';
import { actingPerson } from '../../ops/acting-person.ts';
import type { Ops } from '../../ops/connect-ops.ts';
import type { Meant } from './find-letters.ts';
import type { RedrivePlan } from './plan-redrive.ts';
import type { RedriveResult } from './run-redrive.ts';

/** How what is meant is to be redriven, as far as it decides what is judged. */
export type How = {
  readonly again: boolean;
  /** Whose the letters of an earlier release are said to be. */
  readonly tenant: string | undefined;
  /** The bytes of the mapping, of which the trail keeps the digest. */
  readonly mapping: Uint8Array | undefined;
};

/**
 * Redrives once the trail has an entry of what is going to be: how many letters, by which filter and mapping, and the
 * digest of their places. Throws WeirError audit_unavailable, with nothing opened, where it hasn't.
 */
export async function redriveOnRecord(
  { recorder }: Pick<Ops, 'recorder'>,
  meant: Meant,
  { planned, placesSha256 }: RedrivePlan,
  { again, tenant, mapping }: How,
  redrive: () => Promise<RedriveResult>,
): Promise<RedriveResult> {
  const begun = await recorder().recordBefore({
    ...actingPerson(),
    action: 'dead_letters_redriven',
    subject: { kind: 'stream', id: streams.rejected.topic },
    details: {
      ...{ count: planned.length, placesSha256, again },
      ...(tenant === undefined ? {} : { tenant }),
      ...(mapping === undefined ? {} : { mappingSha256: hash('sha256', mapping) }),
      ...meantDetails(meant),
    },
  });
  const result = await redrive().catch(async (error: unknown) => {
    // What failed matters more than that its failure could not be recorded, too.
    await begun.end('failed').catch(() => undefined);
    throw error;
  });
  const { accepted, refused, unfit, notSent, notOurs } = result;
  await begun.end('done', { accepted, refused, unfit, notSent, notOurs });
  return result;
}

/** An entry's detail has so many characters at most. */
const mostCharacters = 256;

function meantDetails(meant: Meant): Record<string, string | number> {
  if (meant.kind === 'places') return { places: meant.places.length };
  const { codes, source, fromMs, toMs } = meant.filter;
  return {
    ...(codes === undefined ? {} : { codes: [...codes].join(',').slice(0, mostCharacters) }),
    ...(source === undefined ? {} : { source }),
    ...(fromMs === undefined ? {} : { from: formatInstant(fromMs) }),
    ...(toMs === undefined ? {} : { to: formatInstant(toMs) }),
  };
}
