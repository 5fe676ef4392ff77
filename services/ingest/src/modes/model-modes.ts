import type { ModelPolicy } from '@weir/contracts';
import type { Producer } from '@weir/kafka';
import type { Activated } from '../artefacts/activate.ts';
import { requireNamedLog } from '../log/require-named-log.ts';
import { activateModel, rollBackModel, setModelPolicy, type ModelPorts } from '../models/model-acts.ts';
import { retryWithin } from '../send/retry-within.ts';
import { artefactPortsOf, recorded, type ModeParts } from './parts.ts';

export const modelPortsOf = (parts: ModeParts, producer: Producer): ModelPorts => {
  const { kafka, kms, config, stopping } = parts;
  return {
    ...artefactPortsOf(parts, producer),
    kafka,
    logSealer: kms.sealerFor('received'),
    models: {
      kafka,
      opener: kms.opener,
      environment: config.WEIR_ENVIRONMENT,
      signal: stopping.signal,
    },
  };
};

/** The name of the log, waited for as long as an outage may last. */
export async function logNameOf({ kafka, kms, config, retry, stopping }: ModeParts): Promise<string> {
  const { logId } = await retryWithin(retry, stopping.signal, () =>
    requireNamedLog(kafka, kms.opener, config.WEIR_ENVIRONMENT),
  );
  return logId;
}

export const runActivateModel = (parts: ModeParts, producer: Producer): Promise<void> =>
  runDecided(parts, parts.config.MODEL ?? '', (options) =>
    activateModel({ ref: parts.config.MODEL ?? '', ...options }, modelPortsOf(parts, producer)),
  );

export const runRollBackModel = (parts: ModeParts, producer: Producer): Promise<void> =>
  runDecided(parts, 'model-before', (options) => rollBackModel(options, modelPortsOf(parts, producer)));

async function runDecided(
  parts: ModeParts,
  id: string,
  act: (options: { readonly logId: string; readonly decidedBy: string }) => Promise<Activated>,
): Promise<void> {
  const { ACTING_PERSON: person = '' } = parts.config;
  const logId = await logNameOf(parts);
  const what = { action: 'artefact_activated', subject: { kind: 'artefact', id }, person } as const;
  const activated = await recorded(parts, what, async () => {
    const done = await act({ logId, decidedBy: person });
    const { artefact, sequence } = done;
    return { done, details: { logId, sequence, artefact, policy: 'frozen' } };
  });
  tellActivated(parts, activated, logId);
  await parts.reporter.artefact({ kind: 'activated', ...activated });
}

export const tellActivated = ({ log }: Pick<ModeParts, 'log'>, activated: Activated, logId: string): void =>
  log.info('the log brings a model into force', {
    artefact: activated.artefact,
    logId,
    count: Object.keys(activated.positions).length,
  });

export async function runModelPolicy(parts: ModeParts, producer: Producer): Promise<void> {
  const { ACTING_PERSON: person = '', MODEL_POLICY: mode = 'frozen' } = parts.config;
  const policy: ModelPolicy = { mode, decidedBy: person };
  const subject = { kind: 'stream' as const, id: 'models' };
  await recorded(parts, { action: 'model_policy_changed', subject, person }, async () => {
    await setModelPolicy(policy, { ...artefactPortsOf(parts, producer), kafka: parts.kafka });
    return { done: undefined, details: { policy: mode } };
  });
  parts.log.info('whether models come into force by themselves was decided', { state: mode });
  await parts.reporter.artefact({ kind: 'policy', mode });
}
