import type { ApiCaller } from '@weir/access';
import { readMatch, type Silence } from '@weir/alerts';
import { silenceCell } from '../../store/store-columns.ts';
import { apiLimits } from '../api-limits.ts';
import type { ApiPorts } from '../api-ports.ts';
import { refused, type Refused } from '../api-refused.ts';
import { auditOf } from '../audit-act.ts';
import { tenantSeenBy } from '../caller.ts';

/** A silence and why it is. */
export type TellingSilence = { readonly silence: Silence; readonly reason: string | null };

type Wish = { readonly match: unknown; readonly endsAt: string; readonly reason: string };

/** Keeps what matches quiet from now on until a time. Of a tenant's token it is about that tenant alone. */
export async function addSilence(
  ports: ApiPorts,
  caller: ApiCaller,
  { match: wished, endsAt, reason }: Wish,
): Promise<TellingSilence | Refused> {
  const nowMs = ports.nowMs();
  const endsAtMs = Date.parse(endsAt);
  if (endsAtMs <= nowMs) return refused('until_not_ahead');
  if (endsAtMs > nowMs + apiLimits.longestSilenceMs) return refused('until_too_far');
  const tenant = tenantSeenBy(caller);
  const read = readMatch(
    tenant === undefined ? wished : { ...asObject(wished), tenants: [tenant] },
    ports.routing(),
  );
  if (!read.ok) {
    const [{ path, message }] = read.problems;
    return refused('match_invalid', path === '' ? `${message}.` : `${path}: ${message}.`);
  }
  const inForce = await ports.store.activeSilences(nowMs);
  if (inForce.length >= apiLimits.mostSilences) return refused('silences_full');
  const silence: Silence = {
    silenceId: ports.newId(),
    owner: caller.token.name,
    match: read.match,
    startsAtMs: nowMs,
    endsAtMs,
    endedBy: null,
  };
  const sealedReason = await sealReason(ports, silence, reason);
  await save(ports, caller, { silence, sealedReason }, { act: 'begun', until: endsAt });
  return { silence, reason };
}

/** Ends a silence; one that has ended already stays as it is. */
export async function endSilence(
  ports: ApiPorts,
  caller: ApiCaller,
  silenceId: string,
): Promise<TellingSilence | Refused> {
  const nowMs = ports.nowMs();
  const stored = await ports.store.transaction((rows) => rows.silence(silenceId));
  if (stored === undefined || !isSeenBy(caller, stored.silence)) return refused('silence_unknown');
  const [reason] = await openReasons(ports, [stored]);
  if (stored.silence.endsAtMs <= nowMs) return { silence: stored.silence, reason: reason ?? null };
  const silence = { ...stored.silence, endsAtMs: nowMs, endedBy: caller.token.name };
  await save(ports, caller, { silence, sealedReason: stored.sealedReason }, { act: 'ended' });
  return { silence, reason: reason ?? null };
}

/** The silences in force that a caller may see, the one that ends first first. */
export async function listSilences(ports: ApiPorts, caller: ApiCaller): Promise<readonly TellingSilence[]> {
  const stored = await ports.store.activeSilences(ports.nowMs());
  const seen = stored.filter(({ silence }) => isSeenBy(caller, silence));
  const reasons = await openReasons(ports, seen);
  return seen.map(({ silence }, index) => ({ silence, reason: reasons[index] ?? null }));
}

async function save(
  ports: ApiPorts,
  caller: ApiCaller,
  stored: { readonly silence: Silence; readonly sealedReason: Uint8Array },
  details: Readonly<Record<string, string>>,
): Promise<void> {
  const subject = { kind: 'silence', id: stored.silence.silenceId } as const;
  const act = { action: 'silence_changed', subject, details } as const;
  const records = await ports.sealOutbox([auditOf(ports, caller, act, ports.nowMs())]);
  await ports.store.transaction(async (rows) => {
    await rows.saveSilence(stored);
    await rows.appendOutbox(records);
  });
  ports.changed();
}

async function sealReason({ columns }: ApiPorts, silence: Silence, reason: string): Promise<Uint8Array> {
  const [sealed] = await columns.seal([{ ...silenceCell(silence), plaintext: Buffer.from(reason) }]);
  if (sealed === undefined) throw new Error('the sealer answered for fewer columns than it was given');
  return sealed;
}

async function openReasons(
  { columns }: ApiPorts,
  stored: readonly { readonly silence: Silence; readonly sealedReason: Uint8Array }[],
): Promise<readonly (string | undefined)[]> {
  const opened = await columns.open(
    stored.map(({ silence, sealedReason }) => ({ ...silenceCell(silence), sealed: sealedReason })),
  );
  return opened.map((plaintext) => plaintext?.toString('utf8'));
}

/** Those of a tenant's own token name that tenant alone. */
function isSeenBy(caller: ApiCaller, { match }: Silence): boolean {
  const tenant = tenantSeenBy(caller);
  if (tenant === undefined) return true;
  const { tenants } = asObject(match);
  return Array.isArray(tenants) && tenants.length === 1 && tenants[0] === tenant;
}

const asObject = (value: unknown): Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null ? (value as Readonly<Record<string, unknown>>) : {};
