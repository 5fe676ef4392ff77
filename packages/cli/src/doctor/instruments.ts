import type { FreeBytesOf } from './probe/probe-machine.ts';

/** What the doctor is given besides the patient. */
export type Instruments = {
  /** The own clock, in milliseconds since the epoch. */
  readonly nowMs: () => number;
  readonly freeBytesOf: FreeBytesOf;
  /** How many accounts the log will hold; by default as many as its records make at fifty each. */
  readonly accounts: number | undefined;
};
