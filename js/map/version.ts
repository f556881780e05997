// A version of a map: materialized in a store, or a difference record of another version.
import type { Codec } from '../codec/codec.js'
import type { Line } from './line.js'
import type { Store } from './store.js'
import type { Stored } from './stored.js'
import type { unread } from './trie-store.js'

/** Throws TypeError for what is no version: constructors of what users meet can be called by anyone. */
export function checkVersion(version: unknown): void {
  if (!(version instanceof Version))
    throw new TypeError('new makes no map: use Hamt.empty() or Hamt.from(entries)')
}

/**
 * State of one version; `Hamt` keeps it where no caller reaches it. lineage.ts says what the fields mean
 * together.
 */
export class Version {
  /** For a difference record: the version that it differs from. */
  next: Version | null = null
  /** For a difference record: the key in which it differs. */
  key = ''
  /** For a difference record: the value of that key in this version; undefined when it is absent. */
  old: Stored | undefined | typeof unread = undefined
  /**
   * For a difference record: the index that it is in, and its position there; meaningless when the index is
   * not live.
   */
  line: Line | null = null
  position = 0
  /** Never changed in place. */
  pinned = false
  /** `dispose` was called. */
  disposed = false
  /**
   * A difference record that was made by an edit of an older version, not left behind by an edit in place.
   */
  branched = false
  /** References: difference records whose `next` this is, and iterations under way. */
  references = 0

  constructor(
    readonly codec: Codec<unknown>,
    /** Number of entries. */
    public size: number,
    /** The contents; null for a difference record. */
    public store: Store | null,
  ) {}
}
