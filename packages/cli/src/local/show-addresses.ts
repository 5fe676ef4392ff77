const labels: readonly (readonly [string, string])[] = [
  ['INBOX_URL', 'Alert mails'],
  ['DOOR_URL', 'HTTP ingest (npx weir tokens add)'],
  ['ALERTS_URL', 'Alerts (npx weir alerts list)'],
  ['REPLAYS_URL', 'Replays (npx weir replay plan)'],
  ['KAFKA_BROKERS', 'Kafka'],
  ['REDIS_URL', 'Redis'],
  ['KMS_ENDPOINT', 'KMS (development only)'],
  ['DETECTION_URL', 'Detection: /healthz /readyz /metrics'],
  ['ALERTING_URL', 'Alerting:  /healthz /readyz /metrics'],
  ['NOTARY_URL', 'Notary:    /healthz /readyz /metrics'],
  ['LEARNER_URL', 'Learner:   /healthz /readyz /metrics'],
  ['REPLAY_URL', 'Replay:    /healthz /readyz /metrics'],
  ['INGEST_URL', 'Ingest:    /healthz /readyz /metrics'],
];

/** Where the parts are reached, for a person. */
export const showAddresses = (addresses: Readonly<Record<string, string>>): string[] =>
  labels.flatMap(([name, label]) => {
    const address = addresses[name];
    return address === undefined ? [] : [`${label.padEnd(38)}${address}`];
  });
