import { streamNames, streams } from '@weir/contracts';

/** Every topic of the table. */
export const topicNames: readonly string[] = streamNames.map((name) => streams[name].topic);
