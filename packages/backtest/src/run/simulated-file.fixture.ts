import { writeFileSync } from 'node:fs';
import { simulateDay } from '@weir/simulator';

/** Days of a small simulated bank as lines of NDJSON, with what is fraud; `labelOf` may say otherwise. */
export function simulatedLines(
  days: number,
  labelOf: (isFraud: boolean, eventTime: string) => boolean = (isFraud) => isFraud,
): readonly string[] {
  const bank = {
    seed: 3,
    accounts: 40,
    establishedAccounts: 30,
    transactionsPerDay: 100,
    fraudsPerDay: 3,
    historyDays: 0,
  };
  return Array.from({ length: days }, (_, day) => [...simulateDay({ ...bank, day })])
    .flat()
    .flatMap(({ fault, offered, truth }) =>
      fault === null
        ? [JSON.stringify({ ...offered, label: labelOf(truth.fraudulent, offered.eventTime) })]
        : [],
    );
}

export const writeLines = (path: string, lines: readonly string[]): void =>
  writeFileSync(path, `${lines.join('\n')}\n`);
