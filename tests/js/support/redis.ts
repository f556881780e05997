// Redis servers of a test's own, on the loopback interface.
import { type ChildProcess, spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as { port: number }
  await new Promise((resolve) => server.close(resolve))
  // A cluster node listens 10,000 ports above, too.
  return port < 50_000 ? port : freePort()
}

export class RedisServer {
  readonly folder = mkdtempSync(join(tmpdir(), 'hamt-redis-'))
  port = 0
  private child: ChildProcess | undefined

  constructor(private readonly options: readonly string[] = []) {}

  /** Starts the server, again on its port with what it has saved. */
  async start(): Promise<this> {
    for (let attempt = 0; ; ++attempt) {
      this.port ||= await freePort()
      mkdirSync(this.folder, { recursive: true })
      const fixed = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', this.folder, '--save', '']
      const child = spawn('redis-server', [...fixed, ...this.options], {
        stdio: ['ignore', 'pipe', 'inherit'],
      })
      this.child = child
      const ready = await new Promise<boolean>((resolve, reject) => {
        let said = ''
        child.stdout.on('data', (data: Buffer) => {
          said += data.toString()
          if (said.includes('Ready to accept connections')) resolve(true)
        })
        child.once('exit', () => resolve(false))
        child.once('error', reject)
      })
      if (ready) return this
      if (attempt > 5) throw new Error('redis-server does not start')
      this.port = 0
    }
  }

  /** Ends the process at once, as a crash would. */
  async kill(): Promise<void> {
    const { child } = this
    this.child = undefined
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = new Promise((resolve) => child.once('exit', resolve))
    child.kill('SIGKILL')
    await gone
  }

  async stop(): Promise<void> {
    await this.kill()
    rmSync(this.folder, { recursive: true, force: true })
  }
}
