/** A record by its place in the stream that a plan is about. */
export type ListedPlace = { readonly partition: number; readonly offset: number };

/** Offsets that share a page: one bit each, so a page takes 8 KiB and is only there where something in it was listed. */
const pageOffsets = 65_536;

/**
 * The places that were listed, to be asked of any number of times: a bit for each offset near one of them, which is
 * some 12 MiB for a hundred million in a row.
 */
export async function readListedPlaces(
  listed: AsyncIterable<ListedPlace>,
): Promise<{ readonly has: (place: ListedPlace) => boolean }> {
  const partitions = new Map<number, Map<number, Uint8Array>>();
  for await (const { partition, offset } of listed) {
    const pages = partitions.get(partition) ?? new Map<number, Uint8Array>();
    partitions.set(partition, pages);
    const at = Math.floor(offset / pageOffsets);
    const page = pages.get(at) ?? new Uint8Array(pageOffsets / 8);
    pages.set(at, page);
    const { byte, bit } = within(offset);
    page[byte] = (page[byte] ?? 0) | bit;
  }
  return {
    has: ({ partition, offset }) => {
      const { byte, bit } = within(offset);
      const page = partitions.get(partition)?.get(Math.floor(offset / pageOffsets));
      return ((page?.[byte] ?? 0) & bit) !== 0;
    },
  };
}

function within(offset: number): { readonly byte: number; readonly bit: number } {
  const inPage = offset % pageOffsets;
  return { byte: inPage >> 3, bit: 1 << (inPage & 7) };
}
