/** A part of the stack that listens: what it is called in a sentence, and its port when none is chosen. */
type Part = { readonly label: string; readonly defaultPort: number };

/**
 * Everything that listens on a port of its own. The defaults lie below 32768,
 * where the operating system does not pick ports for outgoing connections.
 */
export const parts = {
  kafka: { label: 'Kafka', defaultPort: 19092 },
  kafkaController: { label: "Kafka's controller", defaultPort: 19093 },
  redis: { label: 'Redis', defaultPort: 16379 },
  kms: { label: 'the development KMS', defaultPort: 18080 },
  smtp: { label: 'the mail inbox (SMTP)', defaultPort: 11025 },
  inbox: { label: 'the mail inbox (web page)', defaultPort: 11080 },
  detection: { label: 'detection', defaultPort: 19101 },
  alerting: { label: 'alerting', defaultPort: 19102 },
  notary: { label: 'the notary', defaultPort: 19103 },
  ingest: { label: 'ingest', defaultPort: 19100 },
  door: { label: 'the HTTP door of ingest', defaultPort: 18443 },
  kafkaInner: { label: "Kafka's inner listener", defaultPort: 19094 },
  learner: { label: 'the learner', defaultPort: 19104 },
  alerts: { label: 'the API of alerts', defaultPort: 19105 },
  replay: { label: 'replay', defaultPort: 19106 },
  replayApi: { label: 'the API of replays', defaultPort: 19107 },
} as const satisfies Readonly<Record<string, Part>>;

export type PartName = keyof typeof parts;

/** In the order their ports are counted up from WEIR_PORT_BASE. */
export const partNames = Object.keys(parts) as readonly PartName[];

/** The variable that chooses the port of a part: WEIR_PORT_KAFKA_CONTROLLER. */
export function portVariable(name: PartName): string {
  return `WEIR_PORT_${name.replaceAll(/[A-Z]/g, (letter) => `_${letter}`).toUpperCase()}`;
}
