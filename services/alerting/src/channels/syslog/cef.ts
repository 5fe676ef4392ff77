import type { Severity } from '@weir/contracts';

/** The version of the events' form, for parsers that tell them apart. */
const productVersion = '1';

/** An event in ArcSight's Common Event Format. Values are text; what they may not hold is escaped here. */
export type CefEvent = {
  readonly signatureId: string;
  readonly name: string;
  readonly severity: Severity;
  readonly extension: readonly (readonly [key: string, value: string])[];
};

/** CEF's scale is 0 to 10: 0–3 low, 4–6 medium, 7–8 high, 9–10 very high. */
const severities: Readonly<Record<Severity, number>> = { low: 3, medium: 5, high: 8, critical: 10 };

/**
 * One line of CEF. In the header a backslash and a pipe are escaped, in the extension a backslash and an
 * equals sign; a line break is written as \n there, and becomes a blank in the header, which may have none.
 */
export const cefLine = ({ signatureId, name, severity, extension }: CefEvent): string =>
  [
    'CEF:0',
    ...['Weir', 'Weir', productVersion, signatureId, name].map(headerText),
    severities[severity],
    extension.map(([key, value]) => `${key}=${extensionText(value)}`).join(' '),
  ].join('|');

const headerText = (text: string): string =>
  withoutControls(text.replaceAll(/[\r\n]+/g, ' ')).replaceAll(/[\\|]/g, (one) => `\\${one}`);

const extensionText = (text: string): string =>
  withoutControls(text, '\r\n')
    .replaceAll(/[\\=]/g, (one) => `\\${one}`)
    .replaceAll('\r', '\\r')
    .replaceAll('\n', '\\n');

/** Control characters mean something to terminals and parsers, and nothing to people. */
const withoutControls = (text: string, but = ''): string =>
  text.replaceAll(/\p{Cc}/gu, (one) => (but.includes(one) ? one : ' '));
