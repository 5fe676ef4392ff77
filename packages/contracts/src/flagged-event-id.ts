const prefix = 'flagged-';

/**
 * The id of the event that flags a cleared transaction (its identity's pseudonym): another than that
 * of its verdict, so that nobody who drops repeats by the id takes one for the other.
 */
export const flaggedEventId = (identity: string): string => prefix + identity;

/** The identity behind such an id, or undefined for any other. */
export const flaggedIdentity = (eventId: string): string | undefined =>
  eventId.startsWith(prefix) ? eventId.slice(prefix.length) : undefined;
