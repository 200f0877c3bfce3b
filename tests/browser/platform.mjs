// How do browser tests open a browser, and tell whether a page is accessible?
import { existsSync, readFileSync } from 'node:fs'
import { appendFile, mkdir } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { chromium } from 'playwright-core'

export { binary, startPlatform } from '../demo.mjs'

const here = fileURLToPath(new URL('.', import.meta.url))
const AXE_WITHIN_MS = 30_000

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

/** Signs a person of the demo in, as they would: by the link, then at the provider. */
export async function signIn(page, platform, email) {
  await page.goto(`${platform.hub}/`)
  await page.getByRole('link', { name: 'Sign in', exact: true }).click()
  await page.getByRole('button', { name: email }).click()
  await page.waitForURL(`${platform.hub}/**`)
}

const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
/** Which rules of axe-core are run. */
export const RULES = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']

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
    const options = { runOnly: RULES, resultTypes: ['violations'], preload: false }
    await evaluate(session, contextId, `${axe};undefined`)
    const run = evaluate(session, contextId, `axe.run(document, ${JSON.stringify(options)})`)
    const { violations, passes } = await Promise.race([run, givingUp(page)])
    if (passes.length === 0) throw new Error(`axe-core had nothing to look at on ${page.url()}`)
    await remember(page, passes.length, violations.length)
    if (violations.length) throw new Error(`${page.url()} is not accessible\n${violations.map(describe).join('\n')}`)
  } finally {
    await session.detach()
  }
}

/** What was looked at, a line for each page: accessibility.mjs makes the record of it that the accessibility statement shows. */
export const SEEN = join(here, 'accessibility.jsonl')

async function remember(page, passed, violations) {
  const { pathname, hostname } = new URL(page.url())
  if (hostname !== '127.0.0.1' || !page.context().browser()) return
  const line = { page: pathname, width: page.viewportSize().width, passed, violations, browser: `Chromium ${page.context().browser().version()}` }
  await appendFile(SEEN, `${JSON.stringify(line)}\n`)
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
