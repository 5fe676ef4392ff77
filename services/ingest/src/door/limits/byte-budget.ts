/** Bytes of request bodies that are being read or worked on. */
export type ByteBudget = {
  /** False where there is no room; nothing is taken then. */
  readonly take: (bytes: number) => boolean;
  readonly give: (bytes: number) => void;
};

/** Taken before a body is read: a thousand connections that each send a large one would fill the memory otherwise. */
export function createByteBudget(maxBytes: number): ByteBudget {
  let taken = 0;
  return {
    take(bytes) {
      if (taken + bytes > maxBytes) return false;
      taken += bytes;
      return true;
    },
    give(bytes) {
      taken -= bytes;
    },
  };
}
