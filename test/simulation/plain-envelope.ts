import { WeirError } from '@weir/contracts';
import type { OpenOutcome, Opener, Sealer } from '@weir/envelope';
import type { Random } from '@weir/simulator';
import type { SimProcess } from './scheduler.ts';

/** The first byte of what nobody who may seal has written. */
export const tampered = 0xff;

/** The KMS of the simulation: it is away for a while now and then. */
export type SimKms = { isAway: boolean };

/** How often sealing or opening needs the KMS: else its key is in the cache. */
const callChance = 0.08;

const openPlain = (sealed: Uint8Array | null): OpenOutcome => {
  if (sealed === null) return { ok: false, reason: 'null_value' };
  if (sealed[0] === tampered) return { ok: false, reason: 'authentication_failed' };
  return { ok: true, plaintext: Buffer.from(sealed) };
};

/** How a check opens a record: at once, outside of the simulation. */
export const outsideOpener: Opener = {
  forget: () => undefined,
  open: async (items) => items.map(({ sealed }) => openPlain(sealed)),
  close: () => undefined,
};

const refusal = (): WeirError => new WeirError('kms_unavailable', 'the KMS is away');

/**
 * A sealer and an opener whose sealed bytes are the plaintext itself, so that
 * checks can read it; they ask the KMS as seldom as the real ones with their caches.
 */
export const plainEnvelope = (
  process: SimProcess,
  kms: SimKms,
  random: Random,
): { readonly sealer: Sealer; readonly opener: Opener } => {
  const ask = async (what: string): Promise<void> => {
    if (!kms.isAway && !random.chance(callChance)) return;
    await process.call(
      'kms',
      what,
      () => {
        if (kms.isAway) throw refusal();
      },
      refusal,
    );
  };
  return {
    sealer: {
      seal: async (items) => {
        await ask('seal');
        return items.map(({ plaintext }) => Buffer.from(plaintext));
      },
      rollOver: () => undefined,
      close: () => undefined,
    },
    opener: {
      open: async (items) => {
        await ask('open');
        return items.map(({ sealed }) => openPlain(sealed));
      },
      forget: () => undefined,
      close: () => undefined,
    },
  };
};
