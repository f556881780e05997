// The page's side of the messages to its worker.
import type { Answer, Calls, ListName, Lists, Question } from './protocol.js'
import type { Load } from './paged.js'

export interface Listener {
  /** News of work that takes long. */
  progress(what: string, share: number): void
  /** How many questions have no answer yet. */
  waiting(count: number): void
}

interface Waiting {
  resolve: (value: unknown) => void
  reject: (e: Error) => void
}

export class Client {
  readonly #worker = new Worker('worker.js', { type: 'module', name: 'verifier' })
  readonly #waiting = new Map<number, Waiting>()
  #last = 0

  constructor(readonly listener: Listener) {
    this.#worker.onmessage = ({ data }: MessageEvent<Answer>) => {
      if ('progress' in data) {
        const { what, done, of } = data.progress
        listener.progress(what, done / Math.max(1, of))
        return
      }
      const waiting = this.#waiting.get(data.id)
      this.#waiting.delete(data.id)
      listener.waiting(this.#waiting.size)
      if ('error' in data)
        waiting?.reject(Object.assign(new Error(data.error.message), { name: data.error.name }))
      else waiting?.resolve(data.result)
    }
    this.#worker.onerror = (event) => {
      for (const { reject } of this.#waiting.values())
        reject(new Error(event.message || 'the worker could not be started'))
      this.#waiting.clear()
      listener.waiting(0)
    }
  }

  /** Errors of the worker have the name and message that they had there. */
  ask<Name extends keyof Calls>(
    name: Name,
    ...args: Parameters<Calls[Name]>
  ): Promise<ReturnType<Calls[Name]>> {
    const id = ++this.#last
    return new Promise((resolve, reject) => {
      this.#waiting.set(id, { resolve: resolve as (value: unknown) => void, reject })
      this.listener.waiting(this.#waiting.size)
      this.#worker.postMessage({ id, name, args } satisfies Question)
    })
  }

  /** The pages of a list. */
  list<Name extends ListName>(name: Name, of: Lists[Name]['of']): Load<Lists[Name]['row']> {
    return (query) => this.ask('list', name, of, query)
  }
}
