import assert from 'node:assert/strict';
import { existsSync, readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { makeTempFolder } from '@weir/testkit';
import { strToU8, zipSync } from 'fflate';
import type { CommandContext } from '../command-context.ts';
import { keyPair } from '../../../replays/src/manifest.fixture.ts';
import { sampleCase } from '../../../replays/src/case/case.fixture.ts';
import { newReceiver } from './open-sealed.fixture.ts';
import { beginFile } from './place-file.ts';
import { requireRecipient, sealTo } from './seal-to.ts';
import { verifyCaseFile } from './verify-case-file.ts';
import { unzipFiles, zipFiles } from './zip-files.ts';

const folder = makeTempFolder('case');
const key = join(folder, 'replay.pem');
writeFileSync(key, keyPair.publicKey.export({ format: 'pem', type: 'spki' }));

/** `weir case verify` of these bytes. */
async function verified(bytes: Uint8Array, options: object = {}) {
  const file = join(folder, 'case.zip');
  writeFileSync(file, bytes);
  const printed: string[] = [];
  let exitCode: number | undefined;
  const context: Pick<CommandContext, 'terminal' | 'exit'> = {
    terminal: { print: (line) => void printed.push(line), say: () => undefined, live: () => undefined },
    exit: (code) => void (exitCode = code),
  };
  await verifyCaseFile(file, { key, ...options }, context);
  return { out: printed.join('\n'), exitCode };
}

test('what is sealed to somebody is opened by them and by nobody else', async () => {
  const [ours, other] = [await newReceiver(), await newReceiver()];
  const sealed = await sealTo(ours.recipient, Buffer.from('NL91ABNA0417164300'));
  assert.ok(!Buffer.from(sealed).includes('0417164300'));
  assert.match(Buffer.from(sealed).toString('latin1'), /^age-encryption\.org\/v1\n-> X25519 /);
  assert.equal(Buffer.from(await ours.open(sealed)).toString(), 'NL91ABNA0417164300');
  await assert.rejects(other.open(sealed));
  assert.throws(() => requireRecipient(ours.recipient.replace(/.$/, (last) => (last === 'q' ? 'p' : 'q'))), {
    exitCode: 64,
  });
  assert.throws(() => requireRecipient('age1qqqq'), { exitCode: 64 });
});

test('the same files make the same zip, in whatever order they come, and come out as they were', () => {
  const files = sampleCase();
  const zip = zipFiles(files);
  assert.deepEqual(zipFiles(new Map([...files].reverse())), zip);
  const { files: out, repeated } = unzipFiles(zip);
  assert.deepEqual(repeated, []);
  assert.deepEqual(
    [...out].map(([path, bytes]) => [path, Buffer.from(bytes).toString('base64')]),
    [...files]
      .map(([path, bytes]) => [path, bytes.toString('base64')])
      .toSorted(([one = ''], [another = '']) => (one < another ? -1 : 1)),
  );
});

test('a case is verified as a file, and one that was altered ends with 1 and says where', async () => {
  const good = await verified(zipFiles(sampleCase()));
  assert.equal(good.exitCode, 0, good.out);
  assert.match(good.out, /as it was signed: 8 records of a1_0+1, 3 held, 1 alerts, 3 entries/);
  assert.match(good.out, /approved by local-approver, exported by local-analyst \(ops\)/);
  const altered = sampleCase();
  altered.set('transactions.ndjson', Buffer.from('{}\n'));
  const bad = await verified(zipFiles(altered));
  assert.equal(bad.exitCode, 1);
  assert.match(bad.out, /NOT as it was signed[^]*transactions\.ndjson is not the file that the index names/);
  const json = await verified(zipFiles(altered), { json: true });
  assert.equal((JSON.parse(json.out) as { ok: boolean }).ok, false);
});

test('of records that could not be judged again it is not said that they came out the same', async () => {
  assert.match((await verified(zipFiles(sampleCase()))).out, /every record came out the same/);
  const { out, exitCode } = await verified(zipFiles(sampleCase(undefined, {}, undefined, 3)));
  assert.equal(exitCode, 0, out);
  assert.match(out, /5 of 8 records came out the same; the others could not be compared/);
  assert.doesNotMatch(out, /every record/);
});

test('a file that is in a zip twice, or under a name that hides, is found', async () => {
  const zip = Buffer.from(zipFiles(new Map([...sampleCase(), ['alerts.jsom', Buffer.from('{}')]])));
  // The directory of a zip is at its end, with the names once more.
  const twice = Buffer.from(zip.toString('latin1').replaceAll('alerts.jsom', 'alerts.json'), 'latin1');
  const found = await verified(twice);
  assert.equal(found.exitCode, 1);
  assert.match(found.out, /alerts\.json is in the bundle more than once/);
  const hidden = Buffer.from(
    Buffer.from(zipFiles(new Map([...sampleCase(), ['xxprotoxx', Buffer.from('{}')]])))
      .toString('latin1')
      .replaceAll('xxprotoxx', '__proto__'),
    'latin1',
  );
  assert.match((await verified(hidden)).out, /__proto__ is not in the index/);
});

test('a zip that other programs unpack to something else than was checked is found', async () => {
  const zip = Buffer.from(zipFiles(sampleCase()));
  const page = Buffer.from('index.html');
  const inDirectory = zip.indexOf(page, zip.indexOf('PK\u0001\u0002', 0, 'latin1'));
  const flipped = Buffer.from(zip);
  // The CRC of the page, in the directory: other programs refuse it, and this one doesn't look at it.
  flipped[inDirectory - 30] = (flipped[inDirectory - 30] ?? 0) ^ 1;
  const folder = zipSync(
    { ...Object.fromEntries(sampleCase()), 'page/': strToU8('in a folder of no name') },
    { level: 0, mtime: new Date(1980, 0, 1, 12) },
  );
  for (const one of [flipped, folder, Buffer.concat([Buffer.from('#!/bin/sh\n'), zip])]) {
    const found = await verified(one).catch((error: unknown) => ({ exitCode: 64, out: String(error) }));
    assert.notEqual(found.exitCode, 0, found.out);
  }
  for (const one of [flipped, folder]) assert.match((await verified(one)).out, /not packed as a case is/);
});

test('what is no case, or sealed still, is wrong usage; one packed otherwise is no case, and not unpacked', async () => {
  await assert.rejects(verified(Buffer.from('PK')), { exitCode: 64, message: /age -d/ });
  const { recipient } = await newReceiver();
  await assert.rejects(verified(await sealTo(recipient, zipFiles(sampleCase()))), { exitCode: 64 });
  await assert.rejects(verified(zipFiles(sampleCase()), { key: join(folder, 'nothing') }), { exitCode: 64 });
  const directory = (zip: Buffer): number => zip.indexOf('PK\u0001\u0002', 0, 'latin1');
  const deflated = Buffer.from(zipSync({ a: Buffer.alloc(1_000_000) }));
  const claimsNothing = Buffer.from(deflated);
  claimsNothing.writeUInt32LE(0, directory(deflated) + 24);
  const claimsAsMuch = Buffer.from(deflated);
  claimsAsMuch.copy(
    claimsAsMuch,
    directory(deflated) + 24,
    directory(deflated) + 20,
    directory(deflated) + 24,
  );
  const claimsMore = Buffer.from(zipSync({ a: strToU8('a') }, { level: 0 }));
  claimsMore.writeUInt32LE(0xff_ff_ff_f0, directory(claimsMore) + 24);
  const many = Object.fromEntries(Array.from({ length: 101 }, (_, at) => [`f${at}`, strToU8('')]));
  const again = Buffer.from(zipSync({ aaaa: Buffer.alloc(500), bbbb: Buffer.alloc(500) }, { level: 0 }));
  // Both names have the bytes of more than there are.
  for (const name of ['aaaa', 'bbbb'])
    for (const at of [20, 24]) again.writeUInt32LE(900, again.lastIndexOf(name) - 46 + at);
  for (const zip of [
    deflated,
    claimsNothing,
    claimsAsMuch,
    claimsMore,
    Buffer.from(zipSync(many, { level: 0 })),
    again,
  ])
    await assert.rejects(verified(zip), { exitCode: 1, message: /nothing of it was unpacked/ });
});

test('a file gets its name once it is whole, for its owner alone, and never over another', async () => {
  const own = makeTempFolder('placed');
  const path = join(own, 'case.zip');
  const file = await beginFile(path);
  await file.write(Buffer.from('whole'));
  assert.equal(existsSync(path), false);
  await file.place();
  assert.equal(readFileSync(path, 'utf8'), 'whole');
  assert.equal(statSync(path).mode & 0o777, 0o600);
  await file.discard();
  assert.deepEqual(readdirSync(own), ['case.zip']);
  await assert.rejects(beginFile(path), { exitCode: 73 });

  const late = await beginFile(join(own, 'late.zip'));
  await late.write(Buffer.from('ours'));
  writeFileSync(join(own, 'late.zip'), 'theirs');
  await assert.rejects(late.place(), { exitCode: 73 });
  await late.discard();
  assert.equal(readFileSync(join(own, 'late.zip'), 'utf8'), 'theirs');
  assert.deepEqual(readdirSync(own).toSorted(), ['case.zip', 'late.zip']);
  await assert.rejects(beginFile(join(own, 'no', 'folder.zip')), { exitCode: 73 });
});

test('of two that write to one name at once, one gets it whole, and neither touches what is the other one', async () => {
  const own = makeTempFolder('placed-twice');
  const path = join(own, 'case.zip');
  const one = await beginFile(path);
  const other = await beginFile(path);
  await one.write(Buffer.from('one'));
  await other.write(Buffer.from('the other'));
  await one.place();
  await assert.rejects(other.place(), { exitCode: 73 });
  await one.discard();
  await other.discard();
  assert.equal(readFileSync(path, 'utf8'), 'one');
  assert.deepEqual(readdirSync(own), ['case.zip']);

  const left = await beginFile(join(own, 'left.zip'));
  const stopped = await beginFile(join(own, 'left.zip'));
  await left.write(Buffer.from('whole'));
  await stopped.discard();
  await left.place();
  assert.equal(readFileSync(join(own, 'left.zip'), 'utf8'), 'whole');
});
