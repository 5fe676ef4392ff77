import { formatInstant, systemTenant, writeEventHeaders } from '@weir/contracts';
import { openEvents, sealEvents } from '@weir/envelope';
import type { Opener, Sealer } from '@weir/envelope';

/** What lies on the disk sealed alone: it holds pseudonyms and amounts, or nobody else may be able to write it. */
export type SealedPart = 'checkpoint' | 'difference' | 'report' | 'export' | 'warrant';

/** One sealed piece of one replay: what its bytes are bound to, so that they fit nowhere else. */
export type SealedPlace = {
  readonly part: SealedPart;
  readonly replayId: string;
  /** Which of its kind: a difference is bound to its place among all of them. */
  readonly index: number;
};

export type ReplaySeals = {
  /** In order, all or nothing. Throws what the KMS throws. */
  seal(pieces: readonly (SealedPlace & { readonly plaintext: Uint8Array })[]): Promise<readonly Buffer[]>;
  /** In order; undefined for bytes that were changed, moved, or sealed elsewhere. Throws what the KMS throws. */
  open(
    pieces: readonly (SealedPlace & { readonly sealed: Uint8Array })[],
  ): Promise<readonly (Buffer | undefined)[]>;
};

const source = '/weir/replay';

/** Times are part of what records are bound to; a piece of a file has none of its own. */
const noTime = formatInstant(0);

const attributesOf = ({ part, replayId, index }: SealedPlace) => ({
  id: `${part}/${replayId}/${index}`,
  type: `weir.replay.${part}.v1`,
  dataSchema: `urn:weir:replay:${part}:1`,
  tenant: systemTenant,
  time: noTime,
});

/** Seals and opens what a replay keeps, as if each piece were an event of its own on the stream `replay`. */
export function createReplaySeals(options: {
  readonly sealer: Sealer;
  readonly opener: Opener;
  readonly environment: string;
}): ReplaySeals {
  const { sealer, opener, environment } = options;
  return {
    async seal(pieces) {
      const sealed = await sealEvents(
        { sealer, stream: 'replay', environment, source },
        pieces.map((piece) => ({
          ...attributesOf(piece),
          key: piece.replayId,
          plaintext: piece.plaintext,
        })),
      );
      return sealed.map(({ value }) => value);
    },
    async open(pieces) {
      const opened = await openEvents(
        { opener, stream: 'replay', environment },
        pieces.map((piece) => ({
          key: Buffer.from(piece.replayId),
          value: piece.sealed,
          headers: bytesOf(writeEventHeaders(attributesOf(piece), source)),
        })),
      );
      return opened.map((one) => (one.ok ? one.plaintext : undefined));
    },
  };
}

const bytesOf = (headers: Readonly<Record<string, string>>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));
