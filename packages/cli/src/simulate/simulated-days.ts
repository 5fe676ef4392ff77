import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ensurePrivateFolder, writePrivateFile } from '@weir/local';
import { z } from 'zod';

const calendar = z.object({ seed: z.int().min(0), nextDay: z.int().min(0) });

/** Which bank is simulated here, and the day it has reached. */
export type Calendar = z.infer<typeof calendar>;

const pathOf = (home: string): string => join(ensurePrivateFolder(home), 'simulated-days.json');

/** The calendar of this home; a new bank at its first day where there is none. */
export function readCalendar(home: string): Calendar {
  try {
    return calendar.parse(JSON.parse(readFileSync(pathOf(home), 'utf8')));
  } catch {
    return { seed: 1, nextDay: 0 };
  }
}

/** Remembered before the day is fed: an interrupted day is not told again under the same ids. */
export function writeCalendar(home: string, next: Calendar): void {
  writePrivateFile(pathOf(home), JSON.stringify(next));
}
