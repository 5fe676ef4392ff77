import type { CheckName } from './catalogue.ts';

export type CheckStatus = 'ok' | 'warn' | 'fail' | 'skipped';

/** What one check found. `mend` is one sentence or one command, and there wherever something isn't well. */
export type Check = {
  /** The check's name in the catalogue, and behind a colon what of several it looked at. */
  readonly id: string;
  readonly area: string;
  readonly status: CheckStatus;
  readonly what: string;
  readonly mend?: string;
};

/** A check by its name, or by its name and what of several it is about. */
type About = CheckName | readonly [name: CheckName, subject: string];

const place = (about: About): Pick<Check, 'id' | 'area'> => {
  const [name, subject] = typeof about === 'string' ? [about] : about;
  return {
    id: subject === undefined ? name : `${name}:${subject}`,
    area: name.slice(0, name.indexOf('.')),
  };
};

export const ok = (about: About, what: string): Check => ({ ...place(about), status: 'ok', what });

export const warn = (about: About, what: string, mend: string): Check => ({
  ...place(about),
  status: 'warn',
  what,
  mend,
});

export const fail = (about: About, what: string, mend: string): Check => ({
  ...place(about),
  status: 'fail',
  what,
  mend,
});

/** Not looked at, and why. */
export const skipped = (about: About, why: string): Check => ({
  ...place(about),
  status: 'skipped',
  what: why,
});
