import type { Opener, Sealer } from '@weir/envelope';

/**
 * An envelope that seals nothing: the value of a record is its payload in clear.
 * It exists to measure what sealing costs, lives outside of everything that
 * ships, and the boundary check refuses a service that imports it.
 */
export const identitySealer = (): Sealer => ({
  seal: async (items) => items.map(({ plaintext }) => Buffer.from(plaintext)),
  rollOver: () => undefined,
  close: () => undefined,
});

export const identityOpener = (): Opener => ({
  open: async (items) =>
    items.map(({ sealed }) =>
      sealed === null ? { ok: false, reason: 'null_value' } : { ok: true, plaintext: Buffer.from(sealed) },
    ),
  forget: () => undefined,
  close: () => undefined,
});
