// Does the playbook's chapter "Your first API in an afternoon" work, command by command, as it stands?
//
// Only the ports are others, so that the test can run beside whatever holds the usual ones.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises'
import { createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { binary, openBrowser, openPage, signIn, startPlatform } from './platform.mjs'

const CHAPTER = new URL('../../playbook/chapters/25-your-first-api.md', import.meta.url)
const PERSON = 'chloe.martin@hackney.example'

let platform, browser, page, scratch, folder, ports
const background = []

before(async () => {
  platform = await startPlatform()
  browser = await openBrowser()
  page = (await openPage(browser)).page
  await signIn(page, platform, PERSON)
  scratch = await mkdtemp(join(tmpdir(), 'hansom-afternoon-'))
  // A PostgreSQL that the service starts is not run by root.
  await chmod(scratch, 0o711)
  folder = scratch
  const port = (address) => new URL(address).port
  ports = { 8000: port(platform.hub), 8080: port(platform.production), 8081: port(platform.sandbox), 8090: await freePort() }
})
after(async () => {
  for (const child of background.filter(runs)) {
    process.kill(-child.pid, 'SIGTERM')
    await once(child, 'exit')
  }
  await browser?.close()
  await platform?.stop()
  await rm(scratch, { recursive: true, force: true })
})

const runs = (child) => child.exitCode === null && child.signalCode === null

async function freePort() {
  const socket = createServer().listen(0, '127.0.0.1')
  await once(socket, 'listening')
  const { port } = socket.address()
  socket.close()
  return port
}

/** The chapter's blocks in their order: what they are, and their text with our ports. */
function blocksOf(chapter) {
  const blocks = [...chapter.matchAll(/^```(sh background|sh|diff)\n(.*?)^```$/gms)]
  return blocks.map(([, kind, text]) => ({ kind, text: text.replaceAll(/\b(8000|8080|8081|8090)\b/g, (port) => ports[port]) }))
}

/** Starts a shell as a person's: Hansom is found, and what it remembers is kept apart. */
function shell(text, options = {}) {
  const env = {
    ...process.env,
    PATH: dirname(binary) + delimiter + process.env.PATH,
    HOME: scratch,
    XDG_CONFIG_HOME: join(scratch, 'config'),
    HANSOM_HUB: platform.hub,
    npm_config_cache: process.env.npm_config_cache ?? join(process.env.HOME ?? scratch, '.npm'),
    METRICS_PORT: 'off',
    // Whoever writes software has told git who they are.
    ...Object.fromEntries(['AUTHOR', 'COMMITTER'].flatMap((who) => [[`GIT_${who}_NAME`, 'Chloe Martin'], [`GIT_${who}_EMAIL`, PERSON]])),
  }
  // Whoever reads the chapter has not set it.
  delete env.DATABASE_URL
  const child = spawn('bash', ['-euo', 'pipefail', '-c', text], { cwd: folder, env, stdio: ['pipe', 'pipe', 'pipe'], ...options })
  child.output = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk) => (child.output = (child.output + chunk).slice(-200_000)))
  }
  return child
}

/** Runs a block to its end; lets the person in where it asks for that. Gives what it printed. */
async function run(text) {
  const child = shell(`${text}\npwd >&3`, { stdio: ['pipe', 'pipe', 'pipe', 'pipe'] })
  child.stdin.end()
  let place = ''
  child.stdio[3].setEncoding('utf8').on('data', (chunk) => (place += chunk))
  const ended = once(child, 'close')
  if (text.includes('hansom login')) await letIn(child, ended)
  const [code] = await ended
  assert.equal(code, 0, `${text}\n${child.output}`)
  folder = place.trim()
  return child.output
}

/** Opens the address that `hansom login` prints, and allows the device with the printed code what it asks for. */
async function letIn(child, ended) {
  let done = false
  ended.then(() => (done = true))
  for (let tries = 0; tries < 600 && !done; tries++) {
    const [, address] = child.output.match(/(https?:\/\/\S+\/device)\b/) ?? []
    const [code] = child.output.match(/\b[A-Z]{4}-[A-Z]{4}\b/) ?? []
    if (address && code) {
      await page.goto(address)
      await page.getByLabel('Code').fill(code)
      await page.getByRole('button', { name: 'Continue' }).click()
      await page.getByRole('button', { name: 'My device shows this code: allow it' }).click()
      await page.getByRole('heading', { name: 'You are signed in on your device' }).waitFor()
      return
    }
    await pause(100)
  }
  if (!done) child.kill()
}

async function ready(address) {
  for (let tries = 0; tries < 1200 && background.every(runs); tries++) {
    const status = await fetch(address).then((answer) => answer.status, () => 0)
    if (status === 200) return
    await pause(100)
  }
  assert.fail(`${address} was not ready: ${background.map((child) => child.output).join('\n')}`)
}

test('each command of the chapter does what the chapter says', async () => {
  const blocks = blocksOf(await readFile(CHAPTER, 'utf8'))
  const [demo, ...rest] = blocks
  assert.deepEqual(demo, { kind: 'sh background', text: 'hansom demo\n' }, 'the platform that already runs')
  const told = []
  for (const { kind, text } of rest) {
    if (kind === 'sh background') {
      background.push(shell(text, { detached: true }))
      await ready(`http://127.0.0.1:${ports[8090]}/ready`)
    } else if (kind === 'diff') {
      const child = shell('git apply -')
      child.stdin.end(text)
      const [code] = await once(child, 'close')
      assert.equal(code, 0, `${text}\n${child.output}`)
    } else {
      told.push(await run(text))
    }
  }
  const all = told.join('\n')
  assert.match(told[0], /"items":\[\]|"total":0/, 'nobody keeps street trees')
  assert.match(all, /no findings/)
  assert.match(all, /patch/i, 'what kind of change it is')
  const [sandbox, refused, production, past] = told.slice(-4)
  assert.match(sandbox, /"items":\s*\[/)
  assert.match(refused, /token-missing/)
  assert.match(production, /LBH-100417.*TREE-1001/s, 'records of the database, and the one that was made')
  assert.match(past, /unauthenticated/)
  await page.goto(`${platform.hub}/apis/street-trees`)
  assert.match(await page.locator('main').innerText(), /Every tree in the streets of the borough/)
})
