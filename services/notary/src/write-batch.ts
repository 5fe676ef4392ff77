import { encodePayload, events, formatInstant, streams, systemTenant } from '@weir/contracts';
import type { AuditCheckpoint } from '@weir/contracts';
import { claimOf, signedText, trailName } from '@weir/audit';
import type { MerkleTree } from '@weir/audit';
import { sealEvents } from '@weir/envelope';
import type { UnsealedEvent } from '@weir/envelope';
import type { PartitionOutput } from '@weir/kafka';
import type { NotaryParts } from './notary-parts.ts';
import { entryEvent, trailKey } from './plan-batch.ts';
import type { BatchPlan, TrailStep } from './plan-batch.ts';
import { damaged } from './read-trail-tail.ts';

/** CloudEvents wants to know who wrote an event. */
const source = '/weir/notary';

/**
 * Makes the records of a batch: keeps each checkpoint, and then seals all of it.
 * Nothing is on the topic yet: after any error the same batch may be tried again.
 * Throws WeirError; audit_unavailable where the checkpoints can't be kept.
 */
export async function makeOutputs(parts: NotaryParts, plan: BatchPlan): Promise<readonly PartitionOutput[]> {
  if (plan.steps.length === 0) return [];
  // Before any entry, so that none is on the trail that no checkpoint could ever cover.
  await parts.store.ensureRoom();
  const unsealed: UnsealedEvent[] = [];
  for (const step of plan.steps) unsealed.push(await eventOf(parts, step));
  const { sealer, opening } = parts;
  const records = await sealEvents(
    { sealer, stream: 'audit', environment: opening.environment, source },
    unsealed,
  );
  return [{ topic: streams.audit.topic, partition: 0, records }];
}

async function eventOf(parts: NotaryParts, step: TrailStep): Promise<UnsealedEvent> {
  switch (step.kind) {
    case 'entry':
      return entryEvent(step.entry);
    case 'checkpoint':
      return checkpointEvent(await keptCheckpoint(parts, step.tree));
  }
}

/**
 * Signs and keeps a checkpoint, or takes the one that was kept before a crash.
 * Throws WeirError audit_damaged where that one has another root.
 */
async function keptCheckpoint(parts: NotaryParts, tree: MerkleTree): Promise<AuditCheckpoint> {
  const { store, signer, opening } = parts;
  const claim = claimOf(tree, {
    trail: trailName(opening.environment),
    at: formatInstant(parts.nowMs()),
    keyId: signer.keyId,
  });
  const kept = await store.read(claim.treeSize);
  if (kept !== undefined) {
    if (kept.rootHash === claim.rootHash && kept.trail === claim.trail) return kept;
    throw damaged(`the entries do not fit the checkpoint that was kept of ${claim.treeSize}`);
  }
  const signature = await signer.sign(signedText(claim));
  const checkpoint = { ...claim, signature: Buffer.from(signature).toString('base64') };
  await store.write(checkpoint);
  return checkpoint;
}

function checkpointEvent(checkpoint: AuditCheckpoint): UnsealedEvent {
  const { type, dataSchema } = events.auditCheckpoint;
  return {
    id: `checkpoint-${checkpoint.treeSize}`,
    key: trailKey,
    tenant: systemTenant,
    time: checkpoint.at,
    type,
    dataSchema,
    plaintext: encodePayload(events.auditCheckpoint, checkpoint),
  };
}
