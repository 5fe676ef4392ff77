import assert from 'node:assert/strict';
import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { seals } from '../fixtures/replay-world.ts';
import { pieceBytes, readPieces, writePieces } from './sealed-pieces.ts';
import type { PiecesPosition } from './sealed-pieces.ts';

const secret = 'NL91ABNA0417164300 ';
const newPlace = () => ({
  path: join(makeTempFolder('pieces'), 'export.sealed'),
  replayId: 'aaaaaaaaaaaa',
  seals,
});
type Place = ReturnType<typeof newPlace>;

async function textAt(place: Place, position: PiecesPosition): Promise<string> {
  const pieces: Buffer[] = [];
  for await (const piece of readPieces(place, position)) pieces.push(piece);
  assert.ok(pieces.every(({ length }) => length <= pieceBytes));
  return Buffer.concat(pieces).toString('utf8');
}

async function written(place: Place, ...texts: readonly string[]): Promise<PiecesPosition> {
  const writer = await writePieces(place, { bytes: 0, pieces: 0 });
  for (const text of texts) await writer.append(text);
  const position = await writer.sync();
  await writer.close();
  return position;
}

test('a text of any length comes back as it was, and none of it lies in clear', async () => {
  const place = newPlace();
  const texts = [secret.repeat(40_000), secret, 'é'.repeat(200_000)];
  const position = await written(place, ...texts);
  assert.ok(position.pieces > 3);
  assert.equal(await textAt(place, position), texts.join(''));
  assert.ok(!readFileSync(place.path).includes(secret.trim()));
  assert.equal(statSync(place.path).mode & 0o777, 0o600);
});

test('what was written behind a position is cut off by whoever goes on from there', async () => {
  const place = newPlace();
  const writer = await writePieces(place, { bytes: 0, pieces: 0 });
  await writer.append('first ');
  const position = await writer.sync();
  await writer.append('lost');
  await writer.sync();
  await writer.close();
  const again = await writePieces(place, position);
  await again.append('second');
  const last = await again.sync();
  await again.close();
  assert.equal(await textAt(place, last), 'first second');
});

test('pieces that were altered, exchanged, left out or put in are not handed out', async () => {
  const place = newPlace();
  const position = await written(place, 'a'.repeat(pieceBytes), 'b'.repeat(pieceBytes));
  const whole = readFileSync(place.path);
  const middle = 4 + whole.readUInt32BE();
  const [one, other] = [whole.subarray(0, middle), whole.subarray(middle)];
  const flipped = Buffer.from(whole);
  flipped[middle + 100] = (flipped[middle + 100] ?? 0) ^ 1;
  const long = Buffer.from(whole);
  long.writeUInt32BE(0xff_ff_ff_ff);
  for (const altered of [flipped, long, Buffer.concat([other, one]), Buffer.concat([one, one]), one]) {
    writeFileSync(place.path, altered);
    await assert.rejects(textAt(place, position), { code: 'store_other' });
  }
  writeFileSync(place.path, Buffer.concat([whole, one]));
  assert.equal((await textAt(place, position)).length, 2 * pieceBytes);
  await assert.rejects(textAt({ ...place, replayId: 'bbbbbbbbbbbb' }, position), { code: 'store_other' });
});
