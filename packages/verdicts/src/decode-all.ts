import { openEvents } from '@weir/envelope';
import type { Opener } from '@weir/envelope';
import type { KafkaRecord } from '@weir/kafka';
import { decode } from './decode.ts';
import type { Decoded } from './decode.ts';
import type { LogState } from './log-state.ts';

/** Opens and reads records of one partition; a control record of another log is refused like any foreign record. */
export async function decodeAll(
  { opening }: { readonly opening: { readonly opener: Opener; readonly environment: string } },
  { logId }: Pick<LogState, 'logId'>,
  records: readonly KafkaRecord[],
): Promise<Decoded[]> {
  const opened = await openEvents({ ...opening, stream: 'received' }, records);
  return records.map((record, index): Decoded => {
    const one = opened[index];
    if (one === undefined) throw new Error('a record was given to the opener and not answered for');
    const decoded = decode(record, one);
    if (decoded.kind !== 'control' || decoded.control.logId === logId) return decoded;
    const rejection = { code: 'contract_violation', path: 'logId' } as const;
    return { kind: 'refused', offset: record.offset, rejection };
  });
}
