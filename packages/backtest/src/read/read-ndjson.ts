import type { Readable } from 'node:stream';
import { StringDecoder } from 'node:string_decoder';
import {
  canonicalAccount,
  channels,
  checkOfferedTransaction,
  currencyOf,
  latestEventTimeMs,
  maxOfferedBytes,
  type RejectionCode,
} from '@weir/contracts';
import { maxIdLength } from './bind-mapping.ts';
import { readFailure } from './open-input.ts';
import type { Label, RowOutcome } from './row.ts';

/** The rows of a file with one offered transaction per line, and "label" beside its fields. Empty lines are none. */
export async function* readNdjson(bytes: Readable): AsyncGenerator<RowOutcome, void, undefined> {
  let line = 0;
  try {
    for await (const text of linesOf(bytes)) {
      line += 1;
      if (text === undefined) yield bad(line, '', 'record_too_large');
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
    return bad(line, '', 'not_json');
  }
  if (typeof json !== 'object' || json === null) {
    return bad(line, '', 'field_type');
  }
  const { label: labelled, ...offered } = json as Readonly<Record<string, unknown>>;
  const label = labelOf(labelled);
  const checked = checkHiding(offered);
  const said = offered['transactionId'];
  const transactionId = typeof said === 'string' ? said.slice(0, maxIdLength) : '';
  if (label === undefined)
    return { ok: false, bad: { line, transactionId, field: 'label', code: 'field_format' } };
  if (!checked.ok) {
    const [{ code, path }] = checked.rejections;
    return { ok: false, bad: { line, transactionId, field: path, code } };
  }
  const { value } = checked;
  const counterparty = value.counterparty?.account;
  return {
    ok: true,
    row: {
      line,
      transactionId,
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

const bad = (line: number, field: string, code: RejectionCode): RowOutcome => ({
  ok: false,
  bad: { line, transactionId: '', field, code },
});

/** So many fields of a transaction may hold a card number: more than it has. */
const maxHidden = 12;

/**
 * Checks a transaction as the door does, except that full card numbers are no
 * reason to refuse it: nothing of them is stored, and what a file has for
 * accounts often are card numbers. Letters take the place of their digits.
 */
function checkHiding(offered: Readonly<Record<string, unknown>>): ReturnType<typeof checkOfferedTransaction> {
  // There is no wall clock in a backtest: an event is never "in the future" but by the contract's own bounds.
  let checked = checkOfferedTransaction(offered, latestEventTimeMs, 0);
  let shown = offered;
  for (let hidden = 0; hidden < maxHidden && !checked.ok; hidden += 1) {
    const found = checked.rejections.find(({ code }) => code === 'card_number');
    if (found === undefined) return checked;
    shown = hideAt(shown, found.path.split('.'));
    checked = checkOfferedTransaction(shown, latestEventTimeMs, 0);
  }
  return checked;
}

function hideAt(
  value: Readonly<Record<string, unknown>>,
  [name = '', ...rest]: readonly string[],
): Readonly<Record<string, unknown>> {
  const inner = value[name];
  if (typeof inner === 'string')
    return { ...value, [name]: inner.replaceAll(/\d/g, (digit) => 'abcdefghij'[Number(digit)] ?? '') };
  if (typeof inner !== 'object' || inner === null) return value;
  return { ...value, [name]: hideAt(inner as Readonly<Record<string, unknown>>, rest) };
}

const labels: ReadonlyMap<unknown, Label> = new Map<unknown, Label>([
  [undefined, 'unknown'],
  [null, 'unknown'],
  ...[true, 1, '1', 'true', 'fraud'].map((value) => [value, 'fraud'] as const),
  ...[false, 0, '0', 'false', 'genuine'].map((value) => [value, 'genuine'] as const),
]);

const labelOf = (said: unknown): Label | undefined => labels.get(said);
