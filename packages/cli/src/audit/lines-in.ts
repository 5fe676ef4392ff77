import { closeSync, openSync, readSync } from 'node:fs';

const chunkBytes = 1_048_576;

/** No line of ours is a tenth as long; what is longer is cut there, and no part of a trail then. */
const maxLineLength = 1_048_576;

/** The lines of a file, one after the other: it may be larger than a text can be. */
export function* linesIn(path: string): Generator<string, void> {
  const file = openSync(path, 'r');
  try {
    const decoder = new TextDecoder();
    const chunk = Buffer.alloc(chunkBytes);
    let rest = '';
    for (let read = readSync(file, chunk); read > 0; read = readSync(file, chunk)) {
      const lines = (rest + decoder.decode(chunk.subarray(0, read), { stream: true })).split('\n');
      rest = lines.pop() ?? '';
      yield* lines;
      if (rest.length > maxLineLength) {
        yield rest;
        rest = '';
      }
    }
    yield rest + decoder.decode();
  } finally {
    closeSync(file);
  }
}
