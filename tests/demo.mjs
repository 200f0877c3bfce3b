// How do tests that are not Rust start the platform?
import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const here = fileURLToPath(new URL('.', import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? resolve(here, '../target')
/** The program under test. */
export const binary = join(target, 'debug/hansom')
const READY_WITHIN_MS = 60_000
const STOPPED_WITHIN_MS = 10_000

/**
 * Starts `hansom demo` on free ports and waits until everything answers. Gives what the ready file says
 * ({hub, production, sandbox, operations, curl, people, application}) with `dir`, `output()` and `stop()`.
 * Name a `dir` to start on the state of an earlier run; such a directory is left for its owner to remove. `flags` are more
 * flags of the demo.
 */
export async function startPlatform({ dir, flags = [] } = {}) {
  const scratch = await mkdtemp(join(tmpdir(), 'hansom-test-'))
  const state = dir ?? join(scratch, 'demo')
  const ready = join(scratch, 'ready.json')
  const anyPort = ['--hub', '--gateway', '--sandbox', '--ops'].flatMap((flag) => [flag, '127.0.0.1:0'])
  const child = spawn(binary, ['demo', '--dir', state, ...anyPort, ...flags, '--ready-file', ready], {
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  let output = ''
  const remember = (chunk) => (output = (output + chunk).slice(-20_000))
  child.stdout.setEncoding('utf8').on('data', remember)
  child.stderr.setEncoding('utf8').on('data', remember)
  let end
  const ended = new Promise((done) => {
    child.on('error', (error) => done((end = error.message)))
    child.on('exit', (code, signal) => done((end = `it ended with ${signal ?? code}`)))
  })
  const killWithUs = () => child.kill('SIGKILL')
  process.on('exit', killWithUs)

  async function stop() {
    child.kill('SIGTERM')
    await Promise.race([ended, pause(STOPPED_WITHIN_MS, undefined, { ref: false })])
    if (end === undefined) child.kill('SIGKILL')
    await ended
    process.off('exit', killWithUs)
    await rm(scratch, { recursive: true, force: true })
  }

  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    const addresses = await readReadyFile(ready)
    if (addresses) return { ...addresses, dir: state, output: () => output, stop }
    if (end !== undefined || Date.now() > deadline) {
      await stop()
      throw new Error(`the demo did not get ready: ${end ?? 'time is up'}\n${output}`)
    }
    await pause(20)
  }
}

async function readReadyFile(path) {
  try {
    return JSON.parse(await readFile(path, 'utf8'))
  } catch {
    return undefined // not there, or not all of it yet
  }
}
