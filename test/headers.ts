/**
 * The headers that have a value, as a producer takes them: a consumer is given a
 * name without one, too. A plain loop, since the benchmark's ceiling passes by here.
 */
export function definedHeaders(
  headers: Readonly<Record<string, Buffer | undefined>>,
): Record<string, Buffer> {
  const defined: Record<string, Buffer> = {};
  for (const [name, value] of Object.entries(headers)) if (value !== undefined) defined[name] = value;
  return defined;
}
