import {
  events,
  sealedStreamNames,
  sealedStreams,
  streamNames,
  streams,
} from '../../packages/contracts/src/index.ts';
import { markdownTable } from './markdown-table.mjs';

const dayMs = 86_400_000;
const mebibyte = 1_048_576;

/** docs/reference/topics.md, from the table that the topics are made from and the events that may stand on them. */
export function topicsPage() {
  return [
    '# Topics',
    'Made by ingest with `MODE=open-log`, which `npm start` and `npx weir up` run by themselves. Every value is [sealed](../threat-model.md) under the KMS key of its class, and who may seal and open it is what the KMS key policy has to say: the writers and readers below, and nobody else. This page is generated from the code.',
    '## Who writes, who reads',
    markdownTable(
      ['Topic', 'Stream', 'What stands on it', 'Written by', 'Read by', 'Key class'],
      streamNames.map((name) => {
        const { topic, description, writers, readers, keyClass } = streams[name];
        return [`\`${topic}\``, name, description, writers.join(', '), readers.join(', '), keyClass];
      }),
    ),
    'The stream is the name that commands and configuration use, and what a sealed record is bound to, whatever its topic is called on a broker. "ops" is who works at the command line.',
    ...sealedStreamNames
      .filter((name) => !streamNames.includes(name))
      .map((name) => {
        const { writers, readers, keyClass } = sealedStreams[name];
        return `No topic has the stream \`${name}\`: its records lie in files, sealed under the key class ${keyClass} by ${writers.join(', ')} and opened by ${readers.join(', ')}.`;
      }),
    '## What the broker is asked for',
    markdownTable(
      ['Topic', 'Partitions', 'Kept', 'Largest batch', 'Time of a record'],
      streamNames.map((name) => {
        const { topic, partitions, retentionMs, maxMessageBytes, timestampType } = streams[name];
        return [
          `\`${topic}\``,
          partitions === 'log' ? '`LOG_PARTITIONS`' : String(partitions),
          keptFor(retentionMs),
          sizeOf(maxMessageBytes),
          timestampType,
        ];
      }),
    ),
    'Topics with `LOG_PARTITIONS` partitions have the same number of them, fixed when the log is made: what detection writes stands in the same partition as what it read. `LogAppendTime` is the time at which the broker took a record in, `CreateTime` that of its writer. All topics have `REPLICATION_FACTOR` copies, one less of which must be in sync, no unclean leader election, `cleanup.policy=delete` and `compression.type=uncompressed`.',
    '## Events',
    'CloudEvents in Kafka binary mode; a record of a type that is not listed for its topic is refused. The [AsyncAPI document](events/asyncapi.json) has all of this for programs.',
    markdownTable(
      ['Topic', 'Type', 'What it is', 'Contract'],
      Object.entries(events)
        .toSorted(([, one], [, other]) => streamNames.indexOf(one.stream) - streamNames.indexOf(other.stream))
        .map(([name, { stream, type, schema }]) => [
          `\`${streams[stream].topic}\``,
          `\`${type}\``,
          described(name, schema),
          `[${name}](events/${name}.schema.json)`,
        ]),
    ),
  ];
}

function described(name, schema) {
  if (!schema.description) throw new TypeError(`The event ${name} is not described.`);
  return `${schema.description}.`;
}

/** Whole days, or years where that says more; a retention that is neither should be told as it is. */
function keptFor(retentionMs) {
  const days = retentionMs / dayMs;
  if (!Number.isInteger(days)) return `${retentionMs} ms`;
  return days < 730 ? `${days} days` : `${days} days (${Math.floor(days / 365)} years)`;
}

function sizeOf(bytes) {
  const rest = bytes % mebibyte;
  return `${Math.floor(bytes / mebibyte)} MiB${rest === 0 ? '' : ` and ${rest / 1024} KiB`}`;
}
