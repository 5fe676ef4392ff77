import { WeirError } from '@weir/contracts';

export type SealerLimits = {
  /** Records sealed under one DEK. */
  readonly maxRecords: number;
  /** Plaintext bytes sealed under one DEK, which also bounds a single record. */
  readonly maxPlaintextBytes: number;
  /** Age at which a DEK seals nothing more. */
  readonly maxAgeMs: number;
  /** Part of any of the three limits at which the next DEK is fetched in the background. */
  readonly refreshAtFraction: number;
  /** Pause after a background fetch was started before another may be. */
  readonly refreshRetryMs: number;
};

/**
 * The three budgets are also ceilings: a deployment may tighten them, never widen.
 * 2^20 random 96-bit nonces collide with probability 2^-57, far below the 2^-32 that
 * NIST SP 800-38D section 8.3 allows.
 */
const defaultSealerLimits: SealerLimits = {
  maxRecords: 2 ** 20,
  maxPlaintextBytes: 2 ** 30,
  maxAgeMs: 60 * 60_000,
  refreshAtFraction: 0.8,
  refreshRetryMs: 10_000,
};

// A DEK has to outlive its own arrival, or the sealer would fetch one after the other.
const floors: SealerLimits = {
  maxRecords: 1,
  maxPlaintextBytes: 1,
  maxAgeMs: 1_000,
  refreshAtFraction: 0.01,
  refreshRetryMs: 1,
};
const ceilings: SealerLimits = { ...defaultSealerLimits, refreshAtFraction: 1, refreshRetryMs: 60 * 60_000 };

/** Fills in the defaults. Throws config_invalid, naming the limit, for one outside its range. */
export function completeSealerLimits(given: Partial<SealerLimits> = {}): SealerLimits {
  const limits = { ...defaultSealerLimits, ...given };
  for (const name of Object.keys(ceilings) as (keyof SealerLimits)[]) {
    const value = limits[name];
    if (!(value >= floors[name] && value <= ceilings[name])) {
      throw new WeirError('config_invalid', `the sealer's ${name} is outside its range`);
    }
  }
  return limits;
}
