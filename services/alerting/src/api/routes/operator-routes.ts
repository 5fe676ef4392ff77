import type { ApiCaller } from '@weir/access';
import { granted, readAs, RequestRefused } from '@weir/access';
import {
  retryRequest,
  silenceRequest,
  supposedAlert,
  testRequest,
  type DeliveriesAnswer,
  type RetriedAnswer,
  type SilenceListAnswer,
  type TestedAnswer,
} from '@weir/contracts';
import { retryDeliveries, testReceivers } from '../acts/deliveries.ts';
import { explainAlert, supposeAlert } from '../acts/explain.ts';
import { addSilence, endSilence, listSilences } from '../acts/silences.ts';
import { deliveryAnswerOf, silenceAnswerOf } from '../answers.ts';
import { apiLimits } from '../api-limits.ts';
import type { ApiPorts } from '../api-ports.ts';
import { maySee, tenantSeenBy } from '../caller.ts';
import { findAlert } from '../find-alert.ts';
import type { AddRoute } from './add-route.ts';

/** `/v1/silences`. */
export function addSilenceRoutes(add: AddRoute, ports: ApiPorts): void {
  add('GET', '/v1/silences', 'alerts:read', async ({ caller }) => {
    const silences = await listSilences(ports, caller);
    return { silences: silences.map(silenceAnswerOf) } satisfies SilenceListAnswer;
  });
  add('POST', '/v1/silences', 'alerts:operate', async ({ caller, body }) =>
    silenceAnswerOf(granted(await addSilence(ports, caller, readAs(silenceRequest, body)))),
  );
  add('POST', '/v1/silences/:id/end', 'alerts:operate', async ({ caller, id }) =>
    silenceAnswerOf(granted(await endSilence(ports, caller, id))),
  );
}

/** `/v1/deliveries`: what could not be delivered, and trying it. A delivery may be about several tenants. */
export function addDeliveryRoutes(add: AddRoute, ports: ApiPorts): void {
  add('GET', '/v1/deliveries/failed', 'alerts:operate', async ({ caller }) => {
    requireEveryTenant(caller);
    const failed = await ports.store.failedDeliveries(apiLimits.mostDeliveriesShown);
    return { deliveries: failed.map(deliveryAnswerOf) } satisfies DeliveriesAnswer;
  });
  add('POST', '/v1/deliveries/retry', 'alerts:operate', async ({ caller, body }) => {
    requireEveryTenant(caller);
    const { deliveries = 'all' } = readAs(retryRequest, body);
    return { retried: await retryDeliveries(ports, caller, deliveries) } satisfies RetriedAnswer;
  });
  add('POST', '/v1/deliveries/test', 'alerts:operate', async ({ caller, body }) => {
    requireEveryTenant(caller);
    const tested = granted(await testReceivers(ports, readAs(testRequest, body).receiver));
    return { receivers: tested } satisfies TestedAnswer;
  });
}

/** `/v1/routing`: who would be told, when and why. */
export function addRoutingRoutes(add: AddRoute, ports: ApiPorts): void {
  add('GET', '/v1/routing/explanations/:id', 'alerts:read', async ({ caller, id }) => {
    const { alert } = granted(await findAlert(ports, caller, id));
    return explainAlert(ports, caller, alert, ports.nowMs());
  });
  add('POST', '/v1/routing/explanations', 'alerts:read', async ({ caller, body }) => {
    const supposed = readAs(supposedAlert, body);
    if (!maySee(caller, supposed.tenant)) throw new RequestRefused('other_tenant');
    const nowMs = supposed.at === undefined ? ports.nowMs() : Date.parse(supposed.at);
    return explainAlert(ports, caller, supposeAlert(supposed, nowMs), nowMs);
  });
}

function requireEveryTenant(caller: ApiCaller): void {
  if (tenantSeenBy(caller) !== undefined) throw new RequestRefused('other_tenant');
}
