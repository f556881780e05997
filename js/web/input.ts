// Files that a user opens: registry files, and logs in any form that `LogReader` takes.
import { type Hex, LogReader, type RegistryEvent } from '../sortition/index.js'

/** A file that cannot be used; the message names the file, and where in it. */
export class InputError extends Error {
  override readonly name = 'InputError'
}

export interface InputFile {
  name: string
  bytes: Uint8Array
}

export interface Input {
  /** The bytes of a registry file, if one was among them. */
  registry: InputFile | undefined
  /** Every event of `sortitionAbi`, in the order of the chain, each once. */
  events: readonly RegistryEvent[]
  /** Hashes of blocks by number, as far as they are known. */
  blockHashes: ReadonlyMap<number, Hex>
  /** Logs of other contracts and other events, which were passed over. */
  otherLogs: number
}

/** What some files hold. InputError or LogError names what cannot be used. */
export function readFiles(files: readonly InputFile[]): Input {
  const reader = new LogReader()
  let registry: InputFile | undefined
  for (const file of files) {
    if (looksLikeJson(file.bytes)) reader.add(file.name, file.bytes)
    else if (registry)
      throw new InputError(`${registry.name} and ${file.name} are both registry files: open one at a time`)
    else registry = file
  }
  const { events, blockHashes, counts } = reader.finish()
  return { registry, events, blockHashes, otherLogs: counts.others }
}

function looksLikeJson(bytes: Uint8Array): boolean {
  const skipped = [0x20, 0x09, 0x0a, 0x0d, 0xef, 0xbb, 0xbf]
  const first = bytes.find((byte) => !skipped.includes(byte))
  return first === 0x7b || first === 0x5b
}
