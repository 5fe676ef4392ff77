import type { Severity } from '@weir/contracts';

/** The enterprise number that is kept for examples and for those without one (RFC 5612). */
const enterpriseNumber = 32_473;
/** Security and authorization messages (RFC 5424, table 1). */
const facility = 10;
const severities: Readonly<Record<Severity, number>> = { critical: 2, high: 3, medium: 4, low: 5 };

export type SyslogRecord = {
  readonly severity: Severity;
  readonly timeMs: number;
  readonly hostname: string;
  /** What kind of message it is: up to 32 letters of printable ASCII. */
  readonly msgId: string;
  readonly parameters: readonly (readonly [name: string, value: string])[];
  readonly message:
    | { readonly kind: 'text'; readonly text: string }
    /** Of a form of its own, which begins with its own mark. */
    | { readonly kind: 'formatted'; readonly text: string };
};

/**
 * A message of RFC 5424. Text is marked as UTF-8 by the byte order mark that the RFC asks for; what has a
 * form of its own is not, for its parsers look for its beginning.
 */
export function syslogMessage(record: SyslogRecord): string {
  const { severity, timeMs, hostname, msgId, parameters, message } = record;
  const header = [
    `<${facility * 8 + severities[severity]}>1`,
    new Date(timeMs).toISOString(),
    token(hostname, 255),
    'weir',
    '-',
    token(msgId, 32),
  ].join(' ');
  const structured =
    parameters.length === 0
      ? '-'
      : `[weir@${enterpriseNumber}${parameters.map(([name, value]) => ` ${name}="${parameterText(value)}"`).join('')}]`;
  const text = message.text.replaceAll(/\p{Cc}/gu, ' ');
  return `${header} ${structured} ${message.kind === 'text' ? '\uFEFF' : ''}${text}`;
}

/** Printable ASCII without blanks; a dash where nothing is left. */
const token = (text: string, most: number): string =>
  text.replaceAll(/[^\x21-\x7e]/g, '').slice(0, most) || '-';

/** A quotation mark, a backslash and a closing bracket are escaped (RFC 5424, 6.3.3). */
const parameterText = (text: string): string =>
  text.replaceAll(/\p{Cc}/gu, ' ').replaceAll(/["\\\]]/g, (one) => `\\${one}`);

/** The message as it goes over a stream: its length in bytes before it (RFC 5425, 4.3; RFC 6587, 3.4.1). */
export function syslogFrame(message: string): Buffer {
  const bytes = Buffer.from(message, 'utf8');
  return Buffer.concat([Buffer.from(`${bytes.length} `, 'ascii'), bytes]);
}
