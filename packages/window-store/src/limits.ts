import { recordFormat } from '@weir/windows';

const mebibyte = 1_048_576;

/** What every stored segment starts with: the version of the records' format. */
export const segmentHeader: Uint8Array = Uint8Array.of(recordFormat.version);

/** No stored segment is longer, so that no Redis value is ever large. */
const segmentLimitBytes = 65_536;

const recordsPerSegment = Math.floor(
  (segmentLimitBytes - segmentHeader.byteLength) / recordFormat.recordBytes,
);

/** A full segment: its header and 1,424 whole records. */
export const segmentBytes = segmentHeader.byteLength + recordsPerSegment * recordFormat.recordBytes;

/** How many full segments one read asks for, which keeps every reply below 4 MiB. */
export const segmentsPerRead = 60;

/** How many segments an account may lose each time one of its segments fills: more than one, so that it shrinks. */
export const segmentsDroppedPerFill = 4;

/** What one commit or one load may span, so that no script and no reply blocks Redis for long. */
export const maxAccountsPerCall = 1_000;
export const maxCommitBytes = 4 * mebibyte;
