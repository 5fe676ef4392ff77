/** A line may be so long: a plan with all the partitions and accounts it may have takes a tenth of it. */
const mostLineBytes = 8 * 1_048_576;

const lineBreak = 0x0a;

/** A line of a file: without a text where it is too long or no UTF-8, unfinished where no line break ends it. */
export type FileLine = { readonly text: string | undefined; readonly isFinished: boolean };

/**
 * The lines of a file, as many at a time as a chunk of it ends; only "\n" ends one. Holds one line, up to a bound: of
 * one that is longer nothing is kept.
 */
export async function* splitLines(file: AsyncIterable<Uint8Array>): AsyncGenerator<FileLine[], void> {
  let begun: Uint8Array[] = [];
  let begunBytes = 0;
  const add = (part: Uint8Array): void => {
    begunBytes += part.byteLength;
    if (begunBytes > mostLineBytes) begun = [];
    else begun.push(part);
  };
  const end = (isFinished: boolean): FileLine => {
    const [first, ...more] = begun;
    const bytes = first === undefined || more.length > 0 ? Buffer.concat(begun) : first;
    const text = begunBytes > mostLineBytes ? undefined : decoded(bytes);
    [begun, begunBytes] = [[], 0];
    return { text, isFinished };
  };
  for await (const chunk of file) {
    const lines: FileLine[] = [];
    let from = 0;
    for (let to = chunk.indexOf(lineBreak); to !== -1; to = chunk.indexOf(lineBreak, from)) {
      add(chunk.subarray(from, to));
      lines.push(end(true));
      from = to + 1;
    }
    if (from < chunk.byteLength) add(chunk.subarray(from));
    yield lines;
  }
  if (begunBytes > 0) yield [end(false)];
}

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

function decoded(bytes: Uint8Array): string | undefined {
  try {
    return utf8.decode(bytes);
  } catch {
    return undefined;
  }
}
