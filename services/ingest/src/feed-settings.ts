import { createSecretKey, type KeyObject } from 'node:crypto';
import { WeirError } from '@weir/contracts';
import type { IngestConfig } from './config.ts';
import { everyInterval } from './ledger/checkpointer.ts';
import { ledgerFiles } from './ledger/ledger-file.ts';
import type { FeedPorts, FeedSettings } from './run-feed.ts';
import { csvMapping, type CsvMapping } from './source/csv-mapping.ts';
import { openSource } from './source/open-source.ts';

/** What the configuration says about the source. Throws config_invalid for a mapping that is none. */
export function feedSettingsOf(config: IngestConfig): FeedSettings {
  return {
    input: needed(config, 'INPUT_FILE'),
    mapping: config.MAPPING_FILE === undefined ? null : readMapping(config.MAPPING_FILE),
    tenant: needed(config, 'TENANT'),
    source: needed(config, 'SOURCE'),
    environment: config.WEIR_ENVIRONMENT,
    ledgerFile: needed(config, 'LEDGER_FILE'),
    force: config.FORCE === 'true',
    untilEventTimeMs: config.UNTIL_EVENT_TIME ?? null,
    futureLimitMs: config.FUTURE_LIMIT_MS,
  };
}

/** The files, the keys and the clock a feed needs; the keys are from the configuration. Throws config_invalid for keys that are none. */
export function feedPortsOf(
  config: IngestConfig,
): Omit<FeedPorts, 'kafka' | 'producer' | 'sealers' | 'opener' | 'stdin' | 'retry' | 'stopping'> {
  return {
    openSource,
    ledgers: ledgerFiles,
    every: everyInterval,
    ...readKeys(config),
    nowMs: Date.now,
  };
}

/** What pseudonyms and partitions are made with. Throws config_invalid for keys that are none. */
export const readKeys = (config: IngestConfig) => ({
  ...readIndexKey(config),
  routingKey: readKey(config, 'ROUTING_KEY_FILE'),
});

/** What pseudonyms are made with. Throws config_invalid for a key that is none. */
export const readIndexKey = (config: IngestConfig) => ({
  indexKey: readKey(config, 'INDEX_KEY_FILE'),
  indexKeyVersion: config.INDEX_KEY_VERSION,
});

/** The configuration's own check lets no mode through without what it needs. */
function needed(
  config: IngestConfig,
  variable: 'INPUT_FILE' | 'TENANT' | 'SOURCE' | 'LEDGER_FILE' | 'INDEX_KEY_FILE' | 'ROUTING_KEY_FILE',
): string {
  const value = config[variable];
  if (value === undefined)
    throw new WeirError('config_invalid', `${variable} is needed in ${config.MODE} mode`);
  return value;
}

function readKey(config: IngestConfig, variable: 'INDEX_KEY_FILE' | 'ROUTING_KEY_FILE'): KeyObject {
  const text = needed(config, variable).trim();
  const bytes = Buffer.from(text, 'base64');
  // Buffer.from skips what isn't base64, and would make a short key of a wrong file.
  if (bytes.toString('base64') !== text || bytes.length < 32) {
    throw new WeirError('config_invalid', `${variable}: expected 32 bytes or more in base64`);
  }
  const key = createSecretKey(bytes);
  bytes.fill(0);
  return key;
}

/** Reads a mapping file. Throws config_invalid, naming the fields that are wrong. */
export function readMapping(text: string): CsvMapping {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    throw new WeirError('config_invalid', 'MAPPING_FILE: not well-formed JSON');
  }
  const parsed = csvMapping.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(
    ({ path, message }) => `${path.join('.') || 'mapping'}: ${message}`,
  );
  throw new WeirError('config_invalid', `MAPPING_FILE: ${problems.slice(0, 10).join('; ')}`);
}
