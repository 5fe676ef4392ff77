import { createRequire } from 'node:module';
import type * as Kafkajs from 'kafkajs';
import { filterAbortedRecords } from './aborted-record-filter.ts';
import { guardOffsetReset } from './offset-reset-guard.ts';
import type { ConsumerGroupPrototype } from './offset-reset-guard.ts';
import { guardRequestQueue } from './request-queue-guard.ts';
import type { RequestQueuePrototype } from './request-queue-guard.ts';

// kafkajs is CommonJS and most of its names can't be imported from an ES module
// although they type-check; loading it here, once, also lets the three guards be
// in place before the first connection exists.
const require = createRequire(import.meta.url);

const supportedVersion = '2.2.4';
const { version } = require('kafkajs/package.json') as { version: string };
if (version !== supportedVersion) {
  throw new Error(`kafkajs ${version} is installed; the guards are written for ${supportedVersion}`);
}

// The filter is a module that the batch module binds when it is first loaded, so
// it has to be replaced before anything else of kafkajs is.
const filterPath = require.resolve('kafkajs/src/consumer/filterAbortedMessages');
const batchPath = require.resolve('kafkajs/src/consumer/batch');
if (require.cache[batchPath] !== undefined) {
  throw new Error('kafkajs was loaded before its guards: @weir/kafka must be its only importer');
}
require(filterPath);
const filterModule = require.cache[filterPath];
if (filterModule === undefined)
  throw new Error('kafkajs: the aborted record filter is not a module of its own');
filterModule.exports = filterAbortedRecords;

type Constructor<P> = { prototype: P };
const { KafkaJSNonRetriableError } = require('kafkajs/src/errors') as {
  KafkaJSNonRetriableError: new (error: unknown, options: { cause: unknown }) => Error;
};
guardRequestQueue(
  (require('kafkajs/src/network/requestQueue') as Constructor<RequestQueuePrototype>).prototype,
);
guardOffsetReset(
  (require('kafkajs/src/consumer/consumerGroup') as Constructor<ConsumerGroupPrototype>).prototype,
  (error) => new KafkaJSNonRetriableError(error, { cause: error }),
);

const library = require('kafkajs') as typeof Kafkajs;

export const Kafka = library.Kafka;
export type Kafka = Kafkajs.Kafka;
export const Partitioners = library.Partitioners;
export const logLevel = library.logLevel;
export const AclOperationTypes = library.AclOperationTypes;
export const AclPermissionTypes = library.AclPermissionTypes;
export const AclResourceTypes = library.AclResourceTypes;
export const ResourcePatternTypes = library.ResourcePatternTypes;
export const ConfigResourceTypes = library.ConfigResourceTypes;
export type LibraryLogLevel = Kafkajs.logLevel;
