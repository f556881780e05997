// Files that a user opens: registry files, and logs in any form that `LogReader` takes.
import { LogReader, type Logs } from '../sortition/index.js'

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
  logs: Logs
}

/** What some files hold. InputError or LogError names what cannot be used. */
export function readFiles(files: readonly InputFile[]): Input {
  const reader = new LogReader()
  let registry: InputFile | undefined
  for (const file of files) {
    if (!isSnapshot(file)) reader.add(file.name, file.bytes)
    else if (registry)
      throw new InputError(`${registry.name} and ${file.name} are both registry files: open one at a time`)
    else registry = file
  }
  return { registry, logs: reader.finish() }
}

/** By its first bytes, or its name where these are damaged. */
export function isSnapshot({ name, bytes }: InputFile): boolean {
  return name.endsWith('.hamt') || magic.every((byte, i) => bytes[i] === byte)
}
const magic = Array.from('HAMT', (letter) => letter.charCodeAt(0))
