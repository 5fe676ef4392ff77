import type { Readiness } from '../process/readiness.ts';
import { partyFiles } from '../security/secured-parties.ts';
import { innerFolder } from './kafka-settings.ts';
import type { KafkaSecurity } from './kafka-settings.ts';

/** How to see that a broker serves: where it is secured, by the listener that takes its own certificate for an answer. */
export const kafkaReadiness = (port: number, security: KafkaSecurity | undefined): Readiness =>
  security === undefined
    ? { kind: 'kafka', port }
    : { kind: 'kafka', port: security.innerPort, tls: partyFiles(innerFolder(security.folder)) };
