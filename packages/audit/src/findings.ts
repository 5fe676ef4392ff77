/** What can be wrong with a trail. Ranges hold both of their ends; numbers of entries begin at 0. */
export type Finding =
  /** Entries that are not those the signed checkpoints were made over. */
  | { readonly kind: 'entries_altered'; readonly from: number; readonly to: number }
  | { readonly kind: 'entries_swapped'; readonly one: number; readonly other: number }
  | { readonly kind: 'entry_out_of_place'; readonly sequence: number }
  | { readonly kind: 'number_missing'; readonly from: number; readonly to: number }
  | { readonly kind: 'number_repeated'; readonly sequence: number }
  /** A checkpoint covers entries that are not there any more. */
  | { readonly kind: 'tail_cut'; readonly entries: number; readonly treeSize: number }
  /** The trail fits its own checkpoints, and not one that was kept: somebody with the key made another. */
  | { readonly kind: 'trail_rewritten'; readonly treeSize: number }
  /** An old checkpoint stands where the newest should. */
  | { readonly kind: 'checkpoint_replayed'; readonly treeSize: number; readonly newest: number }
  | { readonly kind: 'checkpoint_missing'; readonly from: number; readonly to: number }
  | { readonly kind: 'checkpoint_malformed'; readonly treeSize: number }
  | { readonly kind: 'signature_wrong'; readonly treeSize: number }
  | { readonly kind: 'checkpoint_foreign'; readonly treeSize: number; readonly trail: string }
  /** A record of the topic that the notary did not seal, or a line of a file that is no part of a trail. */
  | { readonly kind: 'record_unreadable'; readonly place: string };

/** A finding in a sentence. */
export function describeFinding(finding: Finding): string {
  switch (finding.kind) {
    case 'entries_altered':
      return `${entriesFrom(finding)} not what was signed: altered, or put in place of another.`;
    case 'entries_swapped':
      return `Entries ${finding.one} and ${finding.other} have changed places.`;
    case 'entry_out_of_place':
      return `Entry ${finding.sequence} does not stand where its number says.`;
    case 'number_missing':
      return `${entriesFrom(finding)} missing.`;
    case 'number_repeated':
      return `Entry ${finding.sequence} is there more than once.`;
    case 'tail_cut':
      return `The end was cut off: a checkpoint covers ${finding.treeSize} entries, the trail ends after ${finding.entries}.`;
    case 'trail_rewritten':
      return `The trail was written anew: it fits its own checkpoints, and not the one kept of its first ${finding.treeSize} entries.`;
    case 'checkpoint_replayed':
      return `An old checkpoint, of ${finding.treeSize} entries, stands behind the one of ${finding.newest}.`;
    case 'checkpoint_missing':
      return `${entriesFrom(finding)} under no checkpoint, although there should be one.`;
    case 'checkpoint_malformed':
      return `The checkpoint of ${finding.treeSize} entries contradicts itself.`;
    case 'signature_wrong':
      return `The signature of the checkpoint of ${finding.treeSize} entries is wrong: it was altered, or signed with another key.`;
    case 'checkpoint_foreign':
      return `The checkpoint of ${finding.treeSize} entries belongs to another trail (${finding.trail}).`;
    case 'record_unreadable':
      return `What stands at ${finding.place} is no part of this trail.`;
  }
}

function entriesFrom({ from, to }: { readonly from: number; readonly to: number }): string {
  return from === to ? `Entry ${from} is` : `Entries ${from} to ${to} are`;
}
