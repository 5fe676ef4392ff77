const decimalText = /^(-?)(\d{1,18})(?:\.(\d{1,40}))?$/;

/**
 * Rounds decimal text to at most `decimals` digits after the point, halves away
 * from zero, by its digits alone: "286.34999999999997" to 2 gives "286.35".
 * Text that is no such number comes back as it is, for the contract to refuse.
 */
export function roundDecimal(text: string, decimals: number): string {
  const match = decimalText.exec(text);
  if (match === null) return text;
  const [, sign = '', whole = '', fraction = ''] = match;
  if (fraction.length <= decimals) return text;
  const roundsUp = (fraction[decimals] ?? '0') >= '5';
  const scaled = BigInt(whole + fraction.slice(0, decimals)) + (roundsUp ? 1n : 0n);
  const digits = String(scaled).padStart(decimals + 1, '0');
  const point = digits.length - decimals;
  return decimals === 0 ? sign + digits : `${sign}${digits.slice(0, point)}.${digits.slice(point)}`;
}
