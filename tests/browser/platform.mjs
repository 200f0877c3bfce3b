// How do browser tests start the platform, open a browser, and tell whether a page is accessible?
import { spawn } from 'node:child_process'
import { existsSync, readFileSync } from 'node:fs'
import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

const here = fileURLToPath(new URL('.', import.meta.url))
const target = process.env.CARGO_TARGET_DIR ?? resolve(here, '../../target')
/** The program under test. */
export const binary = join(target, 'debug/hansom')
const READY_WITHIN_MS = 60_000
const STOPPED_WITHIN_MS = 10_000
const AXE_WITHIN_MS = 30_000

/**
 * Starts `hansom demo` on free ports and waits until everything answers. Gives what the ready file says
 * ({hub, production, sandbox, operations, curl, people, application}) with `dir`, `output()` and `stop()`.
 * Name a `dir` to start on the state of an earlier run; such a directory is left for its owner to remove.
 */
export async function startPlatform({ dir } = {}) {
  const scratch = await mkdtemp(join(tmpdir(), 'hansom-browser-'))
  const state = dir ?? join(scratch, 'demo')
  const ready = join(scratch, 'ready.json')
  const anyPort = ['--hub', '--gateway', '--sandbox', '--ops'].flatMap((flag) => [flag, '127.0.0.1:0'])
  const child = spawn(binary, ['demo', '--dir', state, ...anyPort, '--ready-file', ready], {
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

/** Debian's Chromium (or the one that CHROMIUM names), headless, talking to nobody but the pages it is given. */
export async function openBrowser() {
  const executablePath = process.env.CHROMIUM ?? '/usr/bin/chromium'
  if (!existsSync(executablePath)) throw new Error(`${executablePath} is not there: run ./test, or set CHROMIUM`)
  return chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  })
}

/**
 * A page in a context of its own (so: not signed in) and `complaints`, which fills with everything the browser
 * held against it: script errors, blocked by the content security policy, requests that failed.
 */
export async function openPage(browser, { javaScript = true, ...options } = {}) {
  const context = await browser.newContext({ javaScriptEnabled: javaScript, ...options })
  context.setDefaultTimeout(15_000)
  const page = await context.newPage()
  const complaints = []
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(`${page.url()}: ${message.text()}`)
  })
  page.on('pageerror', (error) => complaints.push(`${page.url()}: ${error.message}`))
  page.on('response', (response) => {
    if (response.status() >= 500) complaints.push(`${response.url()}: answered ${response.status()}`)
  })
  return { page, context, complaints }
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
const WCAG_22_AA = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

/**
 * Throws unless axe-core finds nothing on the page at WCAG 2.2 AA. It runs in a world of its own, so the page's
 * content security policy stays in force and the page notices nothing. Not for a page with JavaScript switched off,
 * where axe-core's timers stand still.
 */
export async function accessible(page) {
  const session = await page.context().newCDPSession(page)
  try {
    const { frameTree } = await session.send('Page.getFrameTree')
    const { executionContextId: contextId } = await session.send('Page.createIsolatedWorld', {
      frameId: frameTree.frame.id,
      worldName: 'axe',
    })
    const options = { runOnly: WCAG_22_AA, resultTypes: ['violations'], preload: false }
    await evaluate(session, contextId, `${axe};undefined`)
    const run = evaluate(session, contextId, `axe.run(document, ${JSON.stringify(options)})`)
    const { violations, passes } = await Promise.race([run, givingUp(page)])
    if (passes.length === 0) throw new Error(`axe-core had nothing to look at on ${page.url()}`)
    if (violations.length) throw new Error(`${page.url()} is not accessible\n${violations.map(describe).join('\n')}`)
  } finally {
    await session.detach()
  }
}

async function givingUp(page) {
  await pause(AXE_WITHIN_MS, undefined, { ref: false })
  throw new Error(`axe-core did not finish on ${page.url()}: is JavaScript switched off there?`)
}

async function evaluate(session, contextId, expression) {
  const answer = await session.send('Runtime.evaluate', {
    expression,
    contextId,
    awaitPromise: true,
    returnByValue: true,
  })
  const failure = answer.exceptionDetails
  if (failure) throw new Error(failure.exception?.description ?? failure.text)
  return answer.result.value
}

function describe({ id, impact, help, nodes }) {
  const places = nodes.map(({ target, html, failureSummary }) => {
    const why = failureSummary.split('\n').slice(1).join('; ').replace(/\s+/g, ' ')
    return `    at ${target.join(' ')}: ${html.slice(0, 200)}\n      ${why.trim()}`
  })
  return `  ${id} (${impact}): ${help}\n${places.join('\n')}`
}

/** Keeps a picture of the whole page in screenshots/, for people to look at. */
export async function picture(page, name) {
  await mkdir(join(here, 'screenshots'), { recursive: true })
  await page.screenshot({ path: join(here, 'screenshots', `${name}.png`), fullPage: true })
}
