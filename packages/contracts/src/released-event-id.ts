const prefix = 'released-';

/** The id of the event that says a held transaction (its identity's pseudonym) was released. */
export const releasedEventId = (identity: string): string => prefix + identity;

/** The identity behind such an id, or undefined for any other. */
export const releasedIdentity = (eventId: string): string | undefined =>
  eventId.startsWith(prefix) ? eventId.slice(prefix.length) : undefined;
