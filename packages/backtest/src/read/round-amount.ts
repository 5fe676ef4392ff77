const decimalText = /^(-?\d{1,18})\.(\d{1,40})$/;

/**
 * Decimal text with at most `decimals` digits behind the point, halves away from
 * zero, by its digits alone: "85.64999999999999" to 2 gives "85.65". What is no
 * such text, or has no more digits than that, comes back as it is.
 */
export function roundAmount(text: string, decimals: number): string {
  const match = decimalText.exec(text);
  const fraction = match?.[2] ?? '';
  if (match === null || fraction.length <= decimals) return text;
  const kept = (match[1] ?? '') + fraction.slice(0, decimals);
  const isUp = fraction.charCodeAt(decimals) >= '5'.charCodeAt(0);
  const isNegative = kept.startsWith('-');
  const digits = String(BigInt(isNegative ? kept.slice(1) : kept) + (isUp ? 1n : 0n)).padStart(
    decimals + 1,
    '0',
  );
  const sign = isNegative ? '-' : '';
  if (decimals === 0) return sign + digits;
  return `${sign}${digits.slice(0, -decimals)}.${digits.slice(-decimals)}`;
}
