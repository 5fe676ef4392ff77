import { Readable } from 'node:stream';
import { RequestRefused } from '@weir/access';
import type { AddRoute, StreamedReply } from '@weir/access';
import type { ApiPorts } from '../api/api-ports.ts';
import { pieceBytes } from './sealed-pieces.ts';

const mediaTypes = { ndjson: 'application/x-ndjson', csv: 'text/csv; charset=utf-8' } as const;

/** `/v1/replays/:id/export`: what a replay has exported, opened once the trail says who has it opened. */
export function addExportRoute(add: AddRoute, ports: ApiPorts): void {
  add('GET', '/v1/replays/:id/export', 'replay:export', async ({ caller, id }): Promise<StreamedReply> => {
    const kept = ports.store.find(id);
    if (kept === undefined) throw new RequestRefused('replay_unknown');
    const { plan, lifecycle } = kept;
    const { replayId, target } = plan;
    if (target.kind !== 'export')
      throw new RequestRefused('export_absent', { detail: 'It exports nothing.' });
    if (lifecycle.state !== 'done')
      throw new RequestRefused('replay_unfinished', { detail: `It is ${lifecycle.state}.` });
    if (lifecycle.ending?.handedOver === 0)
      throw new RequestRefused('export_absent', { detail: 'None was found, or none could be opened.' });
    await ports.recorder.record({
      actor: { kind: 'token', name: caller.token.name },
      action: 'evidence_opened',
      subject: { kind: 'replay', id: replayId },
      result: 'done',
      origin: caller.address,
      details: { part: 'export' },
    });
    return {
      type: mediaTypes[target.format],
      stream: await streamOf(await ports.filesOf(plan).readExport()),
    };
  });
}

/** What stands in the way of the first piece is an answer; what does behind it cuts the answer off. */
async function streamOf(pieces: AsyncGenerator<Buffer>): Promise<Readable> {
  const first = await pieces.next();
  async function* all(): AsyncGenerator<Buffer> {
    if (first.done !== true) yield first.value;
    yield* pieces;
  }
  return Readable.from(all(), { objectMode: false, highWaterMark: pieceBytes });
}
