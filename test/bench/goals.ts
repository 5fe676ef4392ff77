/**
 * What the benchmark is held against. `bound` says on which side of `target`
 * the measured value has to lie; a goal that was not measured is not met.
 */
export type Goal = {
  readonly name: GoalName;
  readonly target: number;
  readonly bound: 'atLeast' | 'atMost' | 'below';
  readonly measured: number | null;
  readonly unit: string;
  readonly met: boolean;
  /** How many times it was measured, or the lesser number where it compares two things. */
  readonly repeats: number;
  /** Whether that is fewer than what is asked for. */
  readonly tooFewRepeats: boolean;
  /** What of several things that were measured it is about. */
  readonly of?: string;
};

const repeatsWanted = 3;

export type Measurement = { readonly value: number; readonly repeats: number; readonly of?: string };

const targets = {
  detectionOverPassthrough: { target: 0.6, bound: 'atLeast', unit: 'ratio' },
  sealedOverUnsealed: { target: 0.8, bound: 'atLeast', unit: 'ratio' },
  txPerSecondHistory50: { target: 7_400, bound: 'atLeast', unit: 'tx/s' },
  txPerSecondHistory1000: { target: 8_000, bound: 'atLeast', unit: 'tx/s' },
  cpuMsPerTxEndToEnd: { target: 0.5, bound: 'atMost', unit: 'CPU-ms per tx' },
  latencyP999Ms: { target: 250, bound: 'below', unit: 'ms' },
  latencyP99OverPassthrough: { target: 3, bound: 'atMost', unit: 'ratio' },
  history100000Over50: { target: 1.3, bound: 'atMost', unit: 'ratio' },
  accounts1000000Over1000: { target: 1.5, bound: 'atMost', unit: 'ratio' },
  redisBytesPerTx: { target: 48, bound: 'atMost', unit: 'bytes per tx' },
  detectionResidentMb1000000Accounts: { target: 512, bound: 'atMost', unit: 'MiB' },
  replayOverRawReading: { target: 0.5, bound: 'atLeast', unit: 'ratio' },
  replayDifferences: { target: 0, bound: 'atMost', unit: 'records' },
  liveP99WithReplay: { target: 1.2, bound: 'atMost', unit: 'ratio' },
  planSeconds10000000Records: { target: 10, bound: 'atMost', unit: 's' },
} as const satisfies Record<string, Pick<Goal, 'target' | 'bound' | 'unit'>>;

export type GoalName = keyof typeof targets;
export type Measured = Partial<Record<GoalName, Measurement>>;

const isMet = (measured: number, { target, bound }: Pick<Goal, 'target' | 'bound'>): boolean => {
  switch (bound) {
    case 'atLeast':
      return measured >= target;
    case 'atMost':
      return measured <= target;
    case 'below':
      return measured < target;
  }
};

/** Every goal, in the order of the table, those that were not measured with null. */
export const evaluateGoals = (measured: Measured): readonly Goal[] =>
  (Object.keys(targets) as GoalName[]).map((name) => {
    const { target, bound, unit } = targets[name];
    const found = measured[name];
    return {
      name,
      target,
      bound,
      measured: found?.value ?? null,
      unit,
      met: found !== undefined && isMet(found.value, { target, bound }),
      repeats: found?.repeats ?? 0,
      tooFewRepeats: found !== undefined && found.repeats < repeatsWanted,
      ...(found?.of === undefined ? {} : { of: found.of }),
    };
  });
