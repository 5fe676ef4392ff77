import { pbkdf2Sync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { LocalError } from '../local-error.ts';
import { askOverTcp } from '../process/ask-over-tcp.ts';
import { partyFiles } from '../security/secured-parties.ts';
import { innerFolder } from './kafka-settings.ts';
import type { KafkaSecurity } from './kafka-settings.ts';

/** AlterUserScramCredentials, for which the Kafka client has no call and the installed jars have no tool. */
const apiKey = 51;
const scramSha512 = 2;
/** As Kafka's own tools have it. */
const iterations = 4_096;
const saltBytes = 24;
const keyBytes = 64;

const attempts = 20;
const againMs = 250;

/**
 * Tells a broker that runs who may come in by which password. It learns that when its storage is made, so one that
 * an earlier version made doesn't know whoever came later. Said again it changes nothing that anybody notices.
 *
 * Throws LocalError `not_ready` where the broker doesn't take it.
 */
export async function teachKafkaUsers(
  { folder, innerPort }: KafkaSecurity,
  passwords: Readonly<Record<string, string>>,
): Promise<void> {
  const names = Object.keys(passwords);
  const question = upsertRequest(passwords);
  const tls = partyFiles(innerFolder(folder));
  for (let attempt = 1; attempt <= attempts; attempt += 1) {
    const answer = await askOverTcp({ port: innerPort, tls, question, isComplete: isWhole });
    if (answer !== undefined && areAllTaken(answer, names.length)) return;
    await sleep(againMs);
  }
  throw new LocalError(
    'not_ready',
    'Kafka does not take the passwords of its users: see its log and start again.',
  );
}

/** A request of version 0: a length, the header, and an array of users, each with its salted password. */
export function upsertRequest(
  passwords: Readonly<Record<string, string>>,
  saltOf: () => Buffer = () => randomBytes(saltBytes),
): Buffer {
  const users = Object.entries(passwords).map(([name, password]) => {
    const salt = saltOf();
    const salted = pbkdf2Sync(password, salt, iterations, keyBytes, 'sha512');
    return Buffer.concat([
      compact(Buffer.from(name)),
      Buffer.from([scramSha512]),
      int32(iterations),
      compact(salt),
      compact(salted),
      noTags,
    ]);
  });
  const body = Buffer.concat([
    ...[int16(apiKey), int16(0), int32(1), int16(-1), noTags],
    ...[unsigned(1), unsigned(users.length + 1), ...users, noTags],
  ]);
  return Buffer.concat([int32(body.length), body]);
}

const isWhole = (received: Buffer): boolean =>
  received.length >= 4 && received.length >= 4 + received.readInt32BE(0);

/** Whether the answer names so many users, and refuses none of them. */
export function areAllTaken(answer: Buffer, users: number): boolean {
  // Length, correlation id, tags of the header, throttle time; then an array that counts one more than it holds.
  let at = 4 + 4 + 1 + 4;
  if (answer[at] !== users + 1) return false;
  at += 1;
  for (let user = 0; user < users; user += 1) {
    at += answer[at] ?? 0;
    if (at + 3 > answer.length || answer.readInt16BE(at) !== 0) return false;
    // What isn't refused has no message (0 or 1: null or empty), and no tags.
    at += 2 + 1 + 1;
  }
  return true;
}

const int16 = (value: number): Buffer => {
  const bytes = Buffer.alloc(2);
  bytes.writeInt16BE(value);
  return bytes;
};
const int32 = (value: number): Buffer => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32BE(value);
  return bytes;
};
/** Lengths here are below 127, which takes one byte. */
const unsigned = (value: number): Buffer => Buffer.from([value]);
const compact = (bytes: Buffer): Buffer => Buffer.concat([unsigned(bytes.length + 1), bytes]);
const noTags = Buffer.from([0]);
