// The page's end of the line to its worker.
import type { Answer, Calls, Question } from './protocol.js'

/** What went wrong in the worker, with the name it had there. */
export class WorkerError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message)
  }
}

export type OnProgress = (what: string, done: number, of: number) => void

export class Client {
  readonly #worker = new Worker('worker.js', { type: 'module', name: 'verifier' })
  readonly #waiting = new Map<number, { resolve: (value: unknown) => void; reject: (e: Error) => void }>()
  #last = 0

  constructor(onProgress: OnProgress) {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('progress' in data) {
        onProgress(data.progress.what, data.progress.done, data.progress.of)
        return
      }
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      if ('error' in data) waiting?.reject(new WorkerError(data.error.name, data.error.message))
      else waiting?.resolve(data.result)
    }
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(event.message || 'the worker could not be started'))
      this.#waiting.clear()
    }
  }

  ask<Name extends keyof Calls>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.#worker.postMessage({ id, name, args } satisfies Question)
    })
  }
}
