/** The lines of a file that is held whole; undefined where its last line isn't ended. An empty file has none. */
export function fileLines(bytes: Uint8Array): readonly string[] | undefined {
  const text = Buffer.from(bytes).toString('utf8');
  if (text === '') return [];
  return text.endsWith('\n') ? text.slice(0, -1).split('\n') : undefined;
}

/** Each line as JSON, read by a shape; undefined where one is none. */
export function readLines<One>(
  bytes: Uint8Array,
  read: (value: unknown) => { readonly success: boolean; readonly data?: One | undefined },
): readonly One[] | undefined {
  const all: One[] = [];
  for (const line of fileLines(bytes) ?? ['']) {
    const one = read(jsonOf(line));
    if (!one.success || one.data === undefined) return undefined;
    all.push(one.data);
  }
  return all;
}

/** Undefined where a text is no JSON. */
export function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
