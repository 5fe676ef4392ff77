import { granted, jsonReply, readAs } from '@weir/access';
import type { AddRoute } from '@weir/access';
import { caseSignatureRequest } from '@weir/replays';
import { bundleReadiness, signBundle } from './sign-bundle.ts';
import type { BundlePorts } from './sign-bundle.ts';

/** `/v1/replays/:id/bundle`: the signature that makes the bundle of a case Weir's word. */
export function addBundleRoutes(add: AddRoute, ports: BundlePorts): void {
  add('GET', '/v1/replays/:id/bundle', 'replay:export', async ({ id }) =>
    jsonReply(200, granted(bundleReadiness(ports, id))),
  );
  add('POST', '/v1/replays/:id/bundle', 'replay:export', async ({ caller, id, body }) => {
    const { indexSha256 } = readAs(caseSignatureRequest, body);
    return jsonReply(200, granted(await signBundle(ports, caller, id, indexSha256)));
  });
}
