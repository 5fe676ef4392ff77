import type { Notification } from '../../../notification.ts';
import { counted, utcTime } from '../../../wording/format.ts';
import type { Section } from '../mail-document.ts';

/** What there is to say of a receiver that can't be reached. */
export function describeFailing(failing: NonNullable<Notification['failing']>): readonly Section[] {
  const { receiverId, channel, sinceMs, waiting, code } = failing;
  return [
    {
      title: 'What happened',
      blocks: [
        {
          kind: 'facts',
          rows: [
            ['Receiver', receiverId],
            ['Channel', channel],
            ['Since', utcTime(new Date(sinceMs).toISOString())],
            ['Because', code.replaceAll('_', ' ')],
            ['Waiting', counted(waiting, 'delivery', 'deliveries')],
          ],
        },
      ],
    },
    {
      title: 'What was done',
      blocks: [
        {
          kind: 'paragraph',
          text: 'What waits is kept and tried again, more and more seldom, and put aside as failed in the end. Meanwhile nobody is told by this channel: look after its alerts yourself.',
        },
      ],
    },
  ];
}
