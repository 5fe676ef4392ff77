import { z } from 'zod';
import { sealedContentType } from '../cloud-event.ts';
import { events } from '../events.ts';
import type { EventDefinition } from '../events.ts';
import { streamNames, streams } from '../streams.ts';
import type { StreamName } from '../streams.ts';

type Json = { readonly [key: string]: unknown };

const definitions = Object.entries(events) as [string, EventDefinition][];
const eventsOf = (stream: StreamName): [string, EventDefinition][] =>
  definitions.filter(([, event]) => event.stream === stream);

/**
 * The JSON Schema of each event's opened payload, by the event's name. Made
 * from what is accepted (`io: 'input'`), so that a field added later doesn't
 * break a reader that validates.
 */
export const payloadSchemas = (): Readonly<Record<string, Json>> =>
  Object.fromEntries(
    definitions.map(([name, event]) => [
      name,
      { ...z.toJSONSchema(event.schema, { io: 'input' }), $id: event.dataSchema },
    ]),
  );

const headerSchema = (event: EventDefinition): Json => ({
  type: 'object',
  properties: {
    'content-type': { const: sealedContentType },
    ce_specversion: { const: '1.0' },
    ce_id: { type: 'string' },
    ce_type: { const: event.type },
    ce_source: { type: 'string' },
    ce_time: { type: 'string', format: 'date-time' },
    ce_dataschema: { const: event.dataSchema },
    ce_tenant: { type: 'string' },
  },
  required: [
    'content-type',
    'ce_specversion',
    'ce_id',
    'ce_type',
    'ce_source',
    'ce_time',
    'ce_dataschema',
    'ce_tenant',
  ],
});

function message(name: string, event: EventDefinition): Json {
  return {
    name,
    title: event.type,
    summary: `${event.schema.description ?? name}, sealed. Opened, it fits ${name}.schema.json.`,
    contentType: sealedContentType,
    headers: headerSchema(event),
    payload: {
      type: 'string',
      format: 'binary',
      description: 'The envelope; its layout stands in packages/envelope/README.md',
    },
    bindings: {
      kafka: {
        key: { type: 'string', description: 'A pseudonym or a name of Weir, never an account number' },
        bindingVersion: '0.5.0',
      },
    },
    'x-weir-opened-payload': `${name}.schema.json`,
  };
}

function channel(name: StreamName, logPartitions: number): Json {
  const stream = streams[name];
  return {
    address: stream.topic,
    description: stream.description,
    messages: Object.fromEntries(
      eventsOf(name).map(([event]) => [event, { $ref: `#/components/messages/${event}` }]),
    ),
    bindings: {
      kafka: {
        topic: stream.topic,
        partitions: stream.partitions === 'log' ? logPartitions : stream.partitions,
        topicConfiguration: {
          'cleanup.policy': ['delete'],
          'retention.ms': stream.retentionMs,
          'max.message.bytes': stream.maxMessageBytes,
        },
        bindingVersion: '0.5.0',
      },
    },
    'x-weir-key-class': stream.keyClass,
    'x-weir-writers': stream.writers,
    'x-weir-readers': stream.readers,
  };
}

/** The AsyncAPI 3.1 document of every topic: where it is, what stands on it, and who may write and read it. */
export function asyncApiDocument(logPartitions: number): Json {
  return {
    asyncapi: '3.1.0',
    info: {
      title: 'Weir',
      version: '1.0.0',
      description:
        'Sealed transactions in, exactly one verdict each out. Every value is an envelope; every record is a CloudEvent in Kafka binary mode.',
      license: { name: 'Apache-2.0', url: 'https://www.apache.org/licenses/LICENSE-2.0' },
    },
    defaultContentType: sealedContentType,
    channels: Object.fromEntries(streamNames.map((name) => [name, channel(name, logPartitions)])),
    operations: Object.fromEntries(
      streamNames.flatMap((name) => [
        [`write-${name}`, { action: 'send', channel: { $ref: `#/channels/${name}` } }],
        [`read-${name}`, { action: 'receive', channel: { $ref: `#/channels/${name}` } }],
      ]),
    ),
    components: {
      messages: Object.fromEntries(definitions.map(([name, event]) => [name, message(name, event)])),
    },
  };
}
