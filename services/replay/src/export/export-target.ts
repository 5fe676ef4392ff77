import { join } from 'node:path';
import { offset, WeirError } from '@weir/contracts';
import type { ReplayTarget } from '@weir/replays';
import { z } from 'zod';
import type { CopiedRecord, CopyTarget, TargetState } from '../copy/copy-target.ts';
import type { ReplaySeals } from '../store/seals.ts';
import { csvHeader, csvRow } from './csv-row.ts';
import { ndjsonLine } from './ndjson-line.ts';
import type { OpenedCopy } from './opened-copy.ts';
import { readPieces, writePieces } from './sealed-pieces.ts';
import type { PiecesPlace } from './sealed-pieces.ts';

type ExportFormat = Extract<ReplayTarget, { kind: 'export' }>['format'];

/** What a checkpoint keeps of an export. */
const exportState = z.strictObject({ format: z.literal(1), bytes: offset, pieces: offset });

const nothing = { format: 1, bytes: 0, pieces: 0 } as const;

const placeOf = ({ folder, replayId, seals }: ExportPlace): PiecesPlace => ({
  path: join(folder, 'export.sealed'),
  ...{ replayId, seals },
});

/** Where the export of a replay lies: in its folder, sealed. */
export type ExportPlace = {
  readonly folder: string;
  readonly replayId: string;
  readonly seals: ReplaySeals;
};

/** Writes records down as text. Nothing of them is on the disk in clear, not even for a moment. */
export function createExportTarget(place: ExportPlace, format: ExportFormat): CopyTarget {
  const lineOf = format === 'csv' ? csvRow : ndjsonLine;
  return {
    opens: true,
    open: async (from) => {
      const state = from === undefined ? nothing : exportState.parse(from);
      const writer = await writePieces(placeOf(place), state);
      if (from === undefined && format === 'csv') await writer.append(csvHeader);
      return {
        take: async (records) => {
          for (const record of records) await writer.append(lineOf(requireOpened(record)));
        },
        settle: async () => ({ format: 1, ...(await writer.sync()) }),
        close: writer.close,
      };
    },
  };
}

const requireOpened = ({ record, opened }: CopiedRecord): OpenedCopy => {
  if (opened === undefined) throw new Error('an export was handed a record that is closed');
  return { record, opened };
};

/** What was exported, opened piece by piece. Throws WeirErrors as `readPieces` does. */
export function readExport(place: ExportPlace, state: TargetState | undefined): AsyncGenerator<Buffer> {
  const kept = exportState.safeParse(state);
  if (!kept.success)
    throw new WeirError('store_other', 'REPLAY_DIR: a checkpoint does not say what was exported');
  return readPieces(placeOf(place), kept.data);
}
