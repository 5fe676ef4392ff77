/** The headers that have a value, as a producer takes them: a consumer is given a name without one, too. */
export const definedHeaders = (
  headers: Readonly<Record<string, Buffer | undefined>>,
): Record<string, Buffer> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
