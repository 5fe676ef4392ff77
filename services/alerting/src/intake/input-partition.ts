import { streams } from '@weir/contracts';
import type { TopicPartition } from '@weir/kafka';
import type { InputStream } from '../read-record.ts';

/** One input partition. */
export type Input = { readonly stream: InputStream; readonly partition: number };

export const inputTopics: readonly string[] = [streams.held.topic, streams.rejected.topic];

/** Throws RangeError for a topic that is no input. */
export function inputOf({ topic, partition }: TopicPartition): Input {
  if (!inputTopics.includes(topic)) throw new RangeError(`${topic} is no input of alerting`);
  return { stream: topic === streams.held.topic ? 'held' : 'rejected', partition };
}

export const topicOf = ({ stream }: Input): string => streams[stream].topic;

/** Names an input partition, in logs and as a key. */
export const nameOfInput = ({ stream, partition }: Input): string => `${stream}-${partition}`;
