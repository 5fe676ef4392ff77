import { createReadStream } from 'node:fs';
import { granted, jsonReply, readAs, RequestRefused } from '@weir/access';
import type { AddRoute, ApiCaller, Reply, StreamedReply } from '@weir/access';
import { anyReport, copyPage, replayApproval, replayRequest, reportPage } from '@weir/replays';
import type { ReplayAnswer, ReplayListAnswer } from '@weir/replays';
import { addBundleRoutes } from '../bundle/bundle-routes.ts';
import { addExportRoute } from '../export/export-route.ts';
import { manifestPath } from '../run/run-files.ts';
import type { KeptReplay } from '../store/replay-store.ts';
import { apiLimits } from './api-limits.ts';
import type { ApiPorts } from './api-ports.ts';
import { discardReplay } from './discard-replay.ts';
import { approveReplay, changeReplay, planReplay } from './replay-acts.ts';
import { replayAnswerOf } from './replay-answer.ts';

/** `/v1/replays` and everything that is done about one. */
export function addReplayRoutes(add: AddRoute, ports: ApiPorts): void {
  const answerOf = (kept: KeptReplay): ReplayAnswer =>
    replayAnswerOf(kept, ports.alone, ports.loop.progressOf(kept.plan.replayId));

  add('GET', '/v1/replays', 'replay:read', async () =>
    jsonReply(200, {
      replays: ports.store.list().slice(0, apiLimits.replaysShown).map(answerOf),
    } satisfies ReplayListAnswer),
  );
  add('POST', '/v1/replays', 'replay:plan', async ({ caller, body }) => {
    const { replay } = granted(await planReplay(ports, caller, readAs(replayRequest, body)));
    return jsonReply(201, answerOf(replay));
  });
  add('GET', '/v1/replays/:id', 'replay:read', async ({ id }) => jsonReply(200, answerOf(find(ports, id))));
  add('POST', '/v1/replays/:id/approval', 'replay:approve', async ({ caller, id, body }) => {
    const { hash } = readAs(replayApproval, body);
    return jsonReply(200, answerOf(granted(await approveReplay(ports, caller, id, hash)).replay));
  });
  for (const kind of ['run', 'pause', 'resume', 'stop'] as const)
    add('POST', `/v1/replays/:id/${kind}`, 'replay:run', async ({ caller, id }) =>
      jsonReply(200, answerOf(granted(await changeReplay(ports, caller, id, kind)).replay)),
    );
  add('POST', '/v1/replays/:id/discard', 'replay:run', async ({ caller, id }) =>
    jsonReply(200, answerOf(granted(await discardReplay(ports, caller, id)).replay)),
  );
  addResults(add, ports);
  addExportRoute(add, ports);
  addBundleRoutes(add, ports);
}

/** What a replay came to. */
function addResults(add: AddRoute, ports: ApiPorts): void {
  add('GET', '/v1/replays/:id/report', 'replay:read', async ({ caller, id }) => ({
    status: 200,
    headers: { 'content-type': 'application/json' },
    // Byte for byte: the manifest names its SHA-256.
    body: await reportOf(ports, caller, id),
  }));
  add('GET', '/v1/replays/:id/report.html', 'replay:read', async ({ caller, id }): Promise<Reply> => {
    const report = anyReport.parse(JSON.parse(await reportOf(ports, caller, id)));
    const policy = "default-src 'none'; style-src 'unsafe-inline'; img-src data:";
    return {
      status: 200,
      headers: { 'content-type': 'text/html; charset=utf-8', 'content-security-policy': policy },
      body: 'comparison' in report ? reportPage(report) : copyPage(report),
    };
  });
  add('GET', '/v1/replays/:id/manifest', 'replay:read', async ({ id }): Promise<StreamedReply> => {
    const { replayId } = finished(ports, id).plan;
    const stream = createReadStream(manifestPath(ports.store.folderOf(replayId)));
    return { type: 'application/x-ndjson', stream };
  });
}

function find({ store }: ApiPorts, id: string): KeptReplay {
  const kept = store.find(id);
  if (kept === undefined) throw new RequestRefused('replay_unknown');
  return kept;
}

function finished(ports: ApiPorts, id: string): KeptReplay {
  const kept = find(ports, id);
  const { state } = kept.lifecycle;
  if (state !== 'done') throw new RequestRefused('replay_unfinished', { detail: `It is ${state}.` });
  return kept;
}

/** The report, opened once the trail says who has it opened. */
async function reportOf(
  ports: ApiPorts,
  { token: { name }, address }: ApiCaller,
  id: string,
): Promise<string> {
  const { plan } = finished(ports, id);
  await ports.recorder.record({
    actor: { kind: 'token', name },
    action: 'evidence_opened',
    subject: { kind: 'replay', id: plan.replayId },
    result: 'done',
    origin: address,
    details: { part: 'report' },
  });
  const text = await ports.filesOf(plan).readReport();
  if (text === undefined) throw new RequestRefused('replay_unfinished', { detail: 'It has no report.' });
  return text;
}
