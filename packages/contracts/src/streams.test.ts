import assert from 'node:assert/strict';
import { test } from 'node:test';
import { keyClasses, sealedStreamNames, sealedStreams, streamNames, topicSpecifications } from './streams.ts';

test('what replays find is sealed under a key that no stream of a topic has, and gets no topic', () => {
  const ofTopics = streamNames.map((name) => sealedStreams[name].keyClass);
  assert.ok(!ofTopics.includes(sealedStreams.replay.keyClass));
  const topics = topicSpecifications({ logPartitions: 4, replicationFactor: 1 }).map(({ topic }) => topic);
  assert.equal(topics.length, streamNames.length);
  for (const topic of topics) assert.doesNotMatch(topic, /replay/);
});

test('every class of keys is of something that is sealed, and somebody may seal and open each', () => {
  const used = new Set(sealedStreamNames.map((name) => sealedStreams[name].keyClass));
  assert.deepEqual([...used].toSorted(), keyClasses.toSorted());
  for (const name of sealedStreamNames) {
    assert.ok(sealedStreams[name].writers.length > 0, name);
    assert.ok(sealedStreams[name].readers.length > 0, name);
  }
});
