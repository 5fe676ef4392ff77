/** Eight hex digits that are different for different numbers below 2^32 of one salt (a bijection of 32 bits). */
export function hexOf(salt: number, value: number): string {
  let mixed = (value ^ Math.imul(salt, 0x9e3779b1)) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x7feb352d) >>> 0;
  mixed = Math.imul(mixed ^ (mixed >>> 15), 0x846ca68b) >>> 0;
  return ((mixed ^ (mixed >>> 16)) >>> 0).toString(16).padStart(8, '0');
}
