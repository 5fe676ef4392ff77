import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import {
  canonicalAccount,
  channels,
  checkOfferedTransaction,
  currencyOf,
  latestEventTimeMs,
  maxOfferedBytes,
} from '@weir/contracts';
import { readFailure } from './open-input.ts';
import type { Label, RowOutcome } from './row.ts';

/** The rows of a file with one offered transaction per line, and "label" beside its fields. Empty lines are none. */
export async function* readNdjson(bytes: Readable): AsyncGenerator<RowOutcome, void, undefined> {
  let line = 0;
  try {
    for await (const text of linesOf(bytes)) {
      line += 1;
      if (text === undefined) yield { ok: false, bad: { line, field: '', code: 'record_too_large' } };
      else if (text.trim() !== '') yield readLine(text, line);
    }
  } catch (error) {
    throw readFailure(error);
  } finally {
    bytes.destroy();
  }
}

/** Lines without their ends; undefined for one that is longer than an offered transaction may be. */
async function* linesOf(bytes: Readable): AsyncGenerator<string | undefined> {
  const decoder = new StringDecoder('utf8');
  let pending = '';
  let isTooLong = false;
  for await (const chunk of bytes as AsyncIterable<Buffer>) {
    const lines = (pending + decoder.write(chunk)).split('\n');
    pending = lines.pop() ?? '';
    for (const text of lines) {
      yield isTooLong || text.length > maxOfferedBytes ? undefined : text;
      isTooLong = false;
    }
    if (pending.length <= maxOfferedBytes) continue;
    isTooLong = true;
    pending = '';
  }
  pending += decoder.end();
  if (isTooLong || pending !== '') yield isTooLong ? undefined : pending;
}

function readLine(text: string, line: number): RowOutcome {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, bad: { line, field: '', code: 'not_json' } };
  }
  if (typeof json !== 'object' || json === null) {
    return { ok: false, bad: { line, field: '', code: 'field_type' } };
  }
  const { label: said, ...offered } = json as Readonly<Record<string, unknown>>;
  const label = labelOf(said);
  if (label === undefined) return { ok: false, bad: { line, field: 'label', code: 'field_format' } };
  // There is no wall clock in a backtest: an event is never "in the future" but by the contract's own bounds.
  const checked = checkOfferedTransaction(offered, latestEventTimeMs, 0);
  if (!checked.ok) {
    const [{ code, path }] = checked.rejections;
    return { ok: false, bad: { line, field: path, code } };
  }
  const { value } = checked;
  const counterparty = value.counterparty?.account;
  return {
    ok: true,
    row: {
      line,
      transactionId: value.transactionId,
      account: canonicalAccount(value.account),
      counterparty: counterparty === undefined ? '' : canonicalAccount(counterparty),
      amountMinor: value.amountMinor,
      currency: value.currency,
      currencyNumber: currencyOf(value.currency)?.numericCode ?? 0,
      eventTimeMs: value.eventTimeMs,
      creditDebitIndicator: value.creditDebitIndicator,
      channel: value.channel === undefined ? 0 : channels.indexOf(value.channel),
      country: value.country ?? '',
      label,
    },
  };
}

const labels: ReadonlyMap<unknown, Label> = new Map<unknown, Label>([
  [undefined, 'unknown'],
  [null, 'unknown'],
  ...[true, 1, '1', 'true', 'fraud'].map((value) => [value, 'fraud'] as const),
  ...[false, 0, '0', 'false', 'genuine'].map((value) => [value, 'genuine'] as const),
]);

const labelOf = (said: unknown): Label | undefined => labels.get(said);
