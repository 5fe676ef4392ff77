import { recordFormat } from '@weir/windows';

const mebibyte = 1_048_576;

/** What Redis keeps of a string besides its bytes: a header of five and a final zero. */
const stringOverheadBytes = 6;

/**
 * Into how many hashes the accounts of a partition fall. With a million accounts
 * each holds 244 of them, a quarter of a megabyte at most. Another number is
 * another layout: `windowLayout` names it.
 */
export const bucketCount = 4_096;

/** Which layout a stored position belongs to; one that says something else is none of ours. */
export const windowLayout = `3/${bucketCount}`;

/**
 * What an account's value begins with: the records' format (1 byte), the numbers
 * of its first segment and of the one after its last (4 each), and how many
 * records the last one holds (2), big-endian.
 */
export const accountHeaderBytes = 11;

/** The records an account keeps beside its header, so that the value just fits an allocation of 1 KiB. */
export const openRecords = Math.floor(
  (1_024 - stringOverheadBytes - accountHeaderBytes) / recordFormat.recordBytes,
);

/** The records of a full segment, which just fits an allocation of 16 KiB. */
export const segmentRecords = Math.floor((16_384 - stringOverheadBytes) / recordFormat.recordBytes);

/** How many segments an account may lose each time its open records are put aside: more than one, so that it shrinks. */
export const segmentsDroppedPerAccount = 4;

/** How many segments one commit may look through record by record to drop them, which bounds its time. */
export const segmentsDroppedPerCommit = 16;

/** What one commit or one load may span, so that no script blocks Redis for long. */
export const maxAccountsPerCall = 1_000;
export const maxCommitBytes = mebibyte;

/** A load's reply ends with the item that reaches this; the rest is asked for again. */
export const replyPageBytes = 2 * mebibyte;
