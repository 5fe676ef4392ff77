import type { Channel, DeliveryOutcome } from '../channels/channel.ts';

/**
 * Asks each receiver whether it can be used, without sending anything, so that a wrong setting shows when a
 * document comes into force and not with the first alert. From then on each delivery is the check.
 */
export async function checkReceivers(
  channels: ReadonlyMap<string, Channel>,
  onChecked: (channel: Channel, outcome: DeliveryOutcome) => void,
): Promise<void> {
  await Promise.all([...channels.values()].map(async (channel) => onChecked(channel, await channel.check())));
}
