import type { FaultKind } from '../plan/fault-kinds.ts';
import { cutKafka, delayKafka, killBroker } from './broker-faults.ts';
import type { Fault } from './fault-context.ts';
import { cutRedis, deleteKeys, flushRedis, killRedis, rollbackRedis } from './store-faults.ts';
import { killAtActivation } from './kill-at-activation.ts';
import { kmsAway } from './kms-away.ts';
import {
  freezeDetection,
  killAlerting,
  killDetection,
  killIngest,
  resizeDetection,
} from './worker-faults.ts';

/** How each kind of fault is done. */
export const faults: Readonly<Record<FaultKind, Fault>> = {
  killIngest,
  killDetection,
  killAtActivation,
  freezeDetection,
  resizeDetection,
  killAlerting,
  killBroker,
  cutKafka,
  delayKafka,
  killRedis,
  rollbackRedis,
  flushRedis,
  deleteKeys,
  cutRedis,
  kmsAway,
};
