import { open } from 'node:fs/promises';
import { WeirError } from '@weir/contracts';
import { atTheDisk, growFile } from '../store/private-files.ts';
import type { ReplaySeals } from '../store/seals.ts';

/** What of a text lies in its file: each piece is sealed, behind its length in 4 bytes, big-endian. */
export type PiecesPosition = {
  readonly bytes: number;
  readonly pieces: number;
};

/** Bytes of text in a piece, at the most: what is held opened, or is to be sealed, at a time. */
export const pieceBytes = 262_144;

/** What sealing adds to a piece is some hundred bytes. */
const longestPieceBytes = pieceBytes + 4_096;
const lengthBytes = 4;

/** Where the text of one replay lies, and by what it is sealed. */
export type PiecesPlace = { readonly path: string; readonly replayId: string; readonly seals: ReplaySeals };

/** Writes a text of any length, sealed in pieces. */
export type PiecesWriter = {
  readonly append: (text: string) => Promise<void>;
  /** Puts on the disk what was appended, and answers how far that is. */
  readonly sync: () => Promise<PiecesPosition>;
  readonly close: () => Promise<void>;
};

/** Goes on behind a position; what stands behind it is cut off. Throws WeirErrors of the disk and the KMS. */
export async function writePieces(
  { path, replayId, seals }: PiecesPlace,
  from: PiecesPosition,
): Promise<PiecesWriter> {
  const file = await growFile(path, from.bytes);
  let { pieces } = from;
  let waiting: string[] = [];
  let waitingBytes = 0;

  async function flush(): Promise<void> {
    const text = Buffer.from(waiting.join(''));
    waiting = [];
    waitingBytes = 0;
    const parts: Buffer[] = [];
    for (let at = 0; at < text.length; at += pieceBytes) parts.push(text.subarray(at, at + pieceBytes));
    const sealed = await seals.seal(
      parts.map((plaintext, index) => ({ part: 'export', replayId, index: pieces + index, plaintext })),
    );
    for (const piece of sealed) {
      const length = Buffer.alloc(lengthBytes);
      length.writeUInt32BE(piece.length);
      await file.append(Buffer.concat([length, piece]));
    }
    pieces += sealed.length;
  }

  return {
    append: async (text) => {
      waiting.push(text);
      waitingBytes += Buffer.byteLength(text);
      if (waitingBytes >= pieceBytes) await flush();
    },
    sync: async () => {
      if (waitingBytes > 0) await flush();
      return { bytes: await file.sync(), pieces };
    },
    close: file.close,
  };
}

/**
 * Opens the pieces up to a position, one at a time. Throws WeirError store_other where anything was altered, taken
 * out or put in, and WeirErrors of the disk and the KMS.
 */
export async function* readPieces(
  { path, replayId, seals }: PiecesPlace,
  { bytes, pieces }: PiecesPosition,
): AsyncGenerator<Buffer> {
  const file = await atTheDisk(() => open(path, 'r'));
  const read = async (at: number, length: number): Promise<Buffer> => {
    if (at + length > bytes) throw damaged();
    const { bytesRead, buffer } = await atTheDisk(() => file.read(Buffer.alloc(length), 0, length, at));
    if (bytesRead < length) throw damaged();
    return buffer;
  };
  try {
    let at = 0;
    for (let index = 0; index < pieces; index += 1) {
      const length = (await read(at, lengthBytes)).readUInt32BE();
      if (length > longestPieceBytes) throw damaged();
      const sealed = await read(at + lengthBytes, length);
      const [text] = await seals.open([{ part: 'export', replayId, index, sealed }]);
      if (text === undefined) throw damaged();
      yield text;
      at += lengthBytes + length;
    }
    if (at !== bytes) throw damaged();
  } finally {
    await file.close();
  }
}

const damaged = (): WeirError =>
  new WeirError('store_other', 'REPLAY_DIR: what a replay has exported was altered since: run it anew');
