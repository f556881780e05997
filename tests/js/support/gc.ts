// Forced garbage collection, so that tests can wait for finalizers.
import { setTimeout } from 'node:timers/promises'
import v8 from 'node:v8'
import vm from 'node:vm'

v8.setFlagsFromString('--expose-gc')
const gc = vm.runInNewContext('gc') as () => void | Promise<void>

/** Collects garbage; finalizers do not run. */
export function collectNow(): void {
  void gc()
}

/** What `collectUntil` throws. */
export class NotCollected extends Error {}

/** Collects garbage and lets finalizers run, until `done` says true; throws after a while. */
export async function collectUntil(done: () => boolean): Promise<void> {
  for (let i = 0; i < 100; ++i) {
    await setTimeout(i < 10 ? 1 : 20)
    await gc()
    await setTimeout(1)
    if (done()) return
  }
  throw new NotCollected('the collector has not freed what nobody holds')
}

/** Collects garbage and lets finalizers run, once. */
export async function collect(): Promise<void> {
  await gc()
  await setTimeout(1)
}
