import type { Producer } from '@weir/kafka';
import { activatePlan } from '../artefacts/activate-plan.ts';
import { planNameIn, publishPlan } from '../artefacts/publish-plan.ts';
import { artefactPortsOf, recorded, type ModeParts } from './parts.ts';

export async function runPublishPlan(parts: ModeParts, producer: Producer): Promise<void> {
  const text = parts.config.PLAN_FILE ?? '';
  const subject = { kind: 'artefact' as const, id: planNameIn(text) };
  const published = await recorded(parts, { action: 'artefact_published', subject }, async () => {
    const done = await publishPlan(text, artefactPortsOf(parts, producer));
    return { done, details: { digest: done.digest, isKnown: done.isKnown } };
  });
  parts.log.info('the window plan is published', {
    artefact: published.artefact,
    state: published.isKnown ? 'unchanged' : 'new',
  });
  await parts.reporter.artefact({ kind: 'published', ...published });
}

export async function runActivatePlan(parts: ModeParts, producer: Producer): Promise<void> {
  const { PLAN: ref = '', LOG_ID: logId = '' } = parts.config;
  const logSealer = parts.kms.sealerFor('received');
  const ports = { ...artefactPortsOf(parts, producer), kafka: parts.kafka, logSealer };
  const subject = { kind: 'artefact' as const, id: ref };
  const activated = await recorded(parts, { action: 'artefact_activated', subject }, async () => {
    const done = await activatePlan({ ref, logId }, ports);
    return { done, details: { logId, sequence: done.sequence } };
  });
  parts.log.info('the log brings a window plan into force', {
    artefact: ref,
    logId,
    count: Object.keys(activated.positions).length,
  });
  await parts.reporter.artefact({ kind: 'activated', ...activated });
}
