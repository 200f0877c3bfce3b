// Is the playbook for everybody: by eye, by keyboard, by a screen reader, on a phone, without JavaScript, without a server?
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { promisify } from 'node:util'
import { accessible, binary, openBrowser, openPage, picture, startPlatform } from './platform.mjs'

const run = promisify(execFile)
let platform
let browser
let scratch

before(async () => {
  scratch = await mkdtemp(join(tmpdir(), 'hansom-playbook-'))
  platform = await startPlatform()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
  await rm(scratch, { recursive: true, force: true })
})

/** One page of each kind. */
const KINDS = ['', '/chapters/naming', '/chapters/glossary', '/standards', '/standards?level=must&evidence=traffic',
  '/standards?level=off', '/standards/URL-01', '/standards/PAGE-02', '/standards/HUM-02', '/profiles/uk-council', '/editions',
  '/editions/2026.1', '/checklists/design-review', '/search', '/search?q=waivers', '/search?q=zyxwvut', '/editor',
  '/editor?example=yes']

/** Runs `hansom` and gives what it prints, whether or not there are findings. */
async function hansom(...args) {
  const options = { maxBuffer: 64 * 1024 * 1024 }
  const { stdout } = await run(binary, args, options).catch((error) => {
    if (error.code !== 1) throw error
    return error
  })
  return stdout
}

const named = (path) => `playbook${path.replaceAll(/[^a-z0-9]+/gi, '-')}`

test('every kind of page is accessible and breaks no rule of the browser', async () => {
  const { page, complaints } = await openPage(browser)
  for (const path of KINDS) {
    const answer = await page.goto(`${platform.hub}/playbook${path}`)
    assert.equal(answer.status(), 200, path)
    await accessible(page)
    await picture(page, named(path))
  }
  assert.deepEqual(complaints, [])
})

test('every kind of page fits a phone: nothing but tables and code is wider than the screen', async () => {
  const { page } = await openPage(browser, { viewport: { width: 320, height: 640 } })
  for (const path of KINDS) {
    await page.goto(`${platform.hub}/playbook${path}`)
    const wide = await page.evaluate(() => document.documentElement.scrollWidth)
    await picture(page, `${named(path)}-phone`)
    assert.ok(wide <= 320, `${path} is ${wide} pixels wide`)
  }
})

test('a reader gets by keyboard from the first page to a standard, and to whatever scrolls', async () => {
  const { page } = await openPage(browser)
  await page.goto(`${platform.hub}/playbook`)
  await page.locator('#q').focus()
  await page.keyboard.type('url01')
  await page.keyboard.press('Enter')
  await page.getByRole('link', { name: /^URL-01 / }).first().focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/playbook/standards/URL-01')
  const example = page.getByRole('region', { name: 'Bad example, YAML' })
  await example.focus()
  assert.equal(await page.evaluate(() => document.activeElement.getAttribute('role')), 'region')
  assert.match(await example.innerText(), /councilTaxBands: {} # wrong/)
})

test('the playbook works without JavaScript', async () => {
  const { page } = await openPage(browser, { javaScript: false })
  await page.goto(`${platform.hub}/playbook/standards`)
  await page.locator('#level').selectOption('may')
  await page.getByRole('button', { name: 'Show' }).click()
  assert.match(page.url(), /level=may/)
  await page.goto(`${platform.hub}/playbook/editor?example=URL-01`)
  await page.getByRole('button', { name: 'Check' }).click()
  const places = await page.locator('[data-rule="URL-01"]').evaluateAll((all) => all.map((one) => one.dataset.place))
  assert.deepEqual(places, ['2:3', '3:3', '4:3'])
  assert.match(await page.locator('#summary').innerText(), /findings: /)
  await picture(page, 'playbook-editor-without-javascript')
})

/** A fragment of a contract with what is missing below it. */
function whole(fragment) {
  const has = (key) => fragment.split('\n').some((line) => line.startsWith(key))
  const parts = [['openapi:', 'openapi: 3.1.0\n'], ['info:', 'info: { title: Example, version: 1.0.0 }\n'], ['paths:', 'paths: {}\n']]
  return fragment.trimEnd() + '\n' + parts.filter(([key]) => !has(key)).map(([, filling]) => filling).join('')
}

test('the editor finds while somebody types what hansom lint finds: rule, line and column', { timeout: 180_000 }, async () => {
  const all = JSON.parse(await hansom('explain', '--list', '--format', 'json'))
  const examples = all.filter(({ language }) => language === 'yaml').map(({ id, bad }) => ({ id, text: whole(bad) }))
  assert.ok(examples.length > 50, `only ${examples.length} examples`)
  await mkdir(join(scratch, 'bad'))
  const { page, complaints } = await openPage(browser)
  await page.goto(`${platform.hub}/playbook/editor`)
  const result = page.locator('#result[aria-busy=false]')
  let seen = 0
  for (const { id, text } of examples) {
    const file = join(scratch, 'bad', `${id}.yaml`)
    await writeFile(file, text)
    const { files: [{ findings, fault }] } = JSON.parse(await hansom('lint', '--no-manifest', '--all', '--format', 'json', file))
    await page.locator('#contract').fill(text)
    await result.waitFor()
    const shown = await page.locator('#findings > li').evaluateAll((items) => items.map(({ dataset }) => `${dataset.rule ?? ''} ${dataset.place}`))
    const expected = fault ? [` ${fault.line}:${fault.column}`] : findings.map(placed)
    assert.deepEqual(shown, expected, id)
    seen += shown.length
  }
  assert.ok(seen > examples.length, 'the examples have findings')
  assert.deepEqual(complaints, [])
})

const placed = ({ rule, line, column }) => `${rule} ${line}:${column}`

test('a finding in the editor leads by keyboard to its line, and its count is told to screen readers', async () => {
  const { page } = await openPage(browser)
  await page.goto(`${platform.hub}/playbook/editor?example=URL-01`)
  await page.locator('#findings > li').first().waitFor()
  assert.equal(await page.locator('#summary').getAttribute('aria-live'), 'polite')
  assert.match(await page.locator('#summary').innerText(), /^\d+ findings: /)
  const link = page.locator('[data-rule="URL-01"][data-place="3:3"]').getByRole('link', { name: 'Line 3, column 3' })
  await link.focus()
  await page.keyboard.press('Enter')
  const selected = await page.locator('#contract').evaluate((area) => area.value.slice(area.selectionStart, area.selectionEnd))
  assert.equal(selected, '/rents/{tenancyId}/rent_statements')
  assert.equal(await page.evaluate(() => document.activeElement.id), 'contract')
  await page.locator('#contract').fill('')
  await page.getByText('Nothing to check yet.').waitFor()
  await accessible(page)
})

test('the editor stays usable while a large contract is checked', async () => {
  const { page } = await openPage(browser)
  await page.goto(`${platform.hub}/playbook/editor`)
  const paths = Array.from({ length: 6000 }, (_, number) => `  /badPath${number}:\n    get: { operationId: op${number}, responses: {} }\n`)
  const text = `openapi: 3.1.0\ninfo: { title: Large, version: 1.0.0 }\npaths:\n${paths.join('')}`
  await page.locator('#contract').evaluate((area, text) => {
    area.value = text
    area.dispatchEvent(new Event('input', { bubbles: true }))
  }, text)
  const longest = await page.evaluate(async () => {
    let longest = 0
    let last = performance.now()
    while (document.getElementById('result').getAttribute('aria-busy') !== 'false') {
      await new Promise((done) => setTimeout(done, 10))
      longest = Math.max(longest, performance.now() - last)
      last = performance.now()
    }
    return longest
  })
  assert.match(await page.locator('#summary').innerText(), /The first 500 are shown/)
  assert.ok(longest < 5000, `the page stood still for ${longest} ms`)
})

test('the site works from a disk: pages, styles, search, and all links', async () => {
  const folder = join(scratch, 'site')
  await hansom('playbook', 'build', folder)
  const { page, complaints } = await openPage(browser)
  const start = pathToFileURL(join(folder, 'index.html')).href
  await page.goto(start)
  await accessible(page)
  await picture(page, 'playbook-site')
  assert.equal(await page.getByRole('link', { name: 'Sign in' }).count(), 0)
  const background = await page.locator('.govuk-button').first().evaluate((button) => getComputedStyle(button).backgroundColor)
  assert.notEqual(background, 'rgba(0, 0, 0, 0)', 'the style sheet is there')
  await page.locator('#q').fill('waivers')
  await page.keyboard.press('Enter')
  await page.waitForURL(/search\/index\.html\?q=waivers/)
  await page.getByRole('heading', { name: /pages? found/ }).waitFor()
  await accessible(page)
  await picture(page, 'playbook-site-search')
  for (const asked of ['waivers', 'url01', 'personal data', 'queries', 'kebab zyxwvut']) {
    await page.goto(`${platform.hub}/playbook/search?q=${encodeURIComponent(asked)}`)
    const hub = await page.locator('#found h3').allInnerTexts()
    await page.goto(`${start.replace('index.html', 'search/index.html')}?q=${encodeURIComponent(asked)}`)
    assert.deepEqual(await page.locator('#found h3').allInnerTexts(), hub, `the site finds for ${asked} what the hub finds`)
  }
  await page.goto(`${start.replace('index.html', 'search/index.html')}?q=url01`)
  await page.locator('#found h3 a').first().click()
  await page.waitForURL(/standards\/URL-01\/index\.html$/)
  await accessible(page)
  const without = await openPage(browser, { javaScript: false })
  await without.page.goto(start.replace('index.html', 'search/index.html'))
  assert.ok((await without.page.locator('#found li').count()) > 150, 'without scripts there is a list of everything')
  assert.deepEqual([...complaints, ...without.complaints], [])
})
