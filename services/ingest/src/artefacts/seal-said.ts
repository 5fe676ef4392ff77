import {
  encodePayload,
  events,
  formatInstant,
  systemTenant,
  type Activation,
  type Approval,
  type Artefact,
  type ModelPolicy,
} from '@weir/contracts';
import { sealEvents, type Sealer, type UnsealedEvent } from '@weir/envelope';
import type { OutgoingRecord } from '@weir/kafka';

export const artefactSource = 'urn:weir:ingest:artefacts';

type Said = Pick<UnsealedEvent, 'key' | 'id' | 'type' | 'dataSchema' | 'plaintext'>;

export type SealPorts = {
  /** Of the artefacts stream. */
  readonly sealer: Sealer;
  readonly environment: string;
  readonly nowMs: () => number;
};

export function artefactEvent(artefact: Artefact): Said {
  const { type, dataSchema } = events.artefact;
  const id = `artefact-${artefact.kind}-${artefact.artefact}`;
  return {
    key: artefact.artefact,
    id,
    type,
    dataSchema,
    plaintext: encodePayload(events.artefact, artefact),
  };
}

export function approvalEvent(approval: Approval): Said {
  const { type, dataSchema } = events.approval;
  const id = `approval-${approval.artefactKind}-${approval.artefact}`;
  return {
    key: approval.artefact,
    id,
    type,
    dataSchema,
    plaintext: encodePayload(events.approval, approval),
  };
}

export function activationEvent(activation: Activation): Said {
  const { type, dataSchema } = events.activation;
  const id = `activation-${activation.logId}-${activation.sequence}`;
  const plaintext = encodePayload(events.activation, activation);
  return { key: activation.artefact, id, type, dataSchema, plaintext };
}

export function policyEvent(policy: ModelPolicy, nowMs: number): Said {
  const { type, dataSchema } = events.modelPolicy;
  const plaintext = encodePayload(events.modelPolicy, policy);
  return { key: 'models', id: `model-policy-${policy.mode}-${nowMs}`, type, dataSchema, plaintext };
}

/** What is said on the artefacts topic, as it stands there. */
export function sealSaid(
  said: readonly Said[],
  { sealer, environment, nowMs }: SealPorts,
): Promise<readonly OutgoingRecord[]> {
  const time = formatInstant(nowMs());
  return sealEvents(
    { sealer, stream: 'artefacts', environment, source: artefactSource },
    said.map((one) => ({ ...one, time, tenant: systemTenant })),
  );
}
