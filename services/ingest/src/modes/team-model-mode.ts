import type { Producer } from '@weir/kafka';
import { activateTeamModel, teamModelNameIn } from '../artefacts/activate-team-model.ts';
import { logNameOf } from './model-modes.ts';
import { artefactPortsOf, recorded, type ModeParts } from './parts.ts';

/** Brings a team's own model into force, or another description of it; who did stands on the audit trail. */
export async function runActivateTeamModel(parts: ModeParts, producer: Producer): Promise<void> {
  const { ACTING_PERSON: person = '', TEAM_MODEL_FILE: text = '', RULESET: openedWith } = parts.config;
  const subject = { kind: 'artefact' as const, id: teamModelNameIn(text) };
  const logId = await logNameOf(parts);
  const logSealer = parts.kms.sealerFor('received');
  const ports = { ...artefactPortsOf(parts, producer), kafka: parts.kafka, logSealer };
  const activated = await recorded(parts, { action: 'artefact_activated', subject, person }, async () => {
    const done = await activateTeamModel({ text, logId, openedWith }, ports);
    return { done, details: { logId, sequence: done.sequence } };
  });
  parts.log.info('the log brings a team model into force', {
    artefact: activated.artefact,
    logId,
    count: Object.keys(activated.positions).length,
  });
  await parts.reporter.artefact({ kind: 'activated', ...activated });
}
