// Can an owner publish and manage an API in a real browser, accessibly, by keyboard, and without JavaScript?
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { after, before, test } from 'node:test'
import { accessible, openBrowser, openPage, picture, startPlatform } from './platform.mjs'

const council = (path) => readFileSync(new URL(`../../examples/council/${path}`, import.meta.url), 'utf8')

let platform
let browser

before(async () => {
  platform = await startPlatform()
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
})

/** Chloe, who is in the group that owns repairs. */
async function chloe(options) {
  const opened = await openPage(browser, options)
  await opened.page.goto(`${platform.hub}/`)
  await opened.page.getByRole('link', { name: 'Sign in', exact: true }).click()
  await opened.page.getByRole('button', { name: 'chloe.martin@hackney.example' }).click()
  await opened.page.waitForURL(`${platform.hub}/**`)
  return opened
}

const main = (page) => page.locator('main').innerText()
const press = (page, name) => page.getByRole('button', { name }).click()
/** A form with faults is answered with 400, and the browser's console says so. */
const real = (complaints) => complaints.filter((text) => !text.includes('400'))

/** Looks at a page as axe does, at three widths, and keeps a picture for people. */
async function seen(page, name) {
  for (const width of [320, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    const wider = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
    assert.ok(wider <= 0, `${name} is ${wider} pixels wider than ${width}`)
  }
  await accessible(page)
  await picture(page, name)
}

test('a new API goes from two files through its findings and its likes to a release', async () => {
  const { page, complaints } = await chloe()
  await page.goto(`${platform.hub}/publish`)
  await seen(page, 'owner-publish')
  await press(page, 'Check it')
  assert.match(await page.title(), /^Error: /)
  await seen(page, 'owner-publish-error')
  const contract = council('repairs/openapi.yaml').replace(/^ {2}title: .*$/m, '  title: Repairs of garages').replace('- url: /repairs/v1', '- url: /garage-repairs/v1')
  const manifest = council('repairs/api.yaml')
    .replace('api: repairs', 'api: garage-repairs')
    .replace('title: Repairs', 'title: Repairs of garages')
  const file = (name, text) => ({ name, mimeType: 'application/yaml', buffer: Buffer.from(text) })
  await page.locator('#manifest_file').setInputFiles(file('api.yaml', manifest.replace('status: beta', 'status: beta\ncolour: red')))
  await page.locator('#contract_file').setInputFiles(file('openapi.yaml', contract))
  await press(page, 'Check it')
  assert.match(await main(page), /api\.yaml, line \d+, column 1/)
  assert.match(await main(page), /`colour` is no key/)
  await seen(page, 'owner-draft-faults')
  await page.getByRole('link', { name: 'Change the texts' }).click()
  await seen(page, 'owner-texts')
  await page.locator('#manifest').fill(manifest)
  await press(page, 'Check it')
  assert.match(await main(page), /These already exist/)
  await seen(page, 'owner-draft-alike')
  await press(page, 'Publish the release')
  assert.match(await main(page), /Say that you looked/)
  await page.getByLabel('I looked at the APIs above').check()
  await press(page, 'Publish the release')
  await page.waitForURL('**/apis/garage-repairs/v1/manage?published=1')
  assert.match(await main(page), /Release 1 is in force/)
  await seen(page, 'owner-published')
  await page.goto(`${platform.hub}/?q=garages`)
  assert.match(await main(page), /Repairs of garages/)
  assert.deepEqual(real(complaints), [])
})

test('every page for the owners of an API is accessible, and changes become a release', async () => {
  const { page, complaints } = await chloe()
  const manage = `${platform.hub}/apis/repairs/v1/manage`
  for (const part of ['', '/names', '/status', '/access', '/access/1', '/access/new', '/limits', '/environments']) {
    const answer = await page.goto(manage + part)
    assert.equal(answer.status(), 200, part)
    await seen(page, `owner-manage${part.replaceAll('/', '-')}`)
  }
  await page.goto(`${platform.hub}/apis/repairs/v1/consumers`)
  await seen(page, 'owner-consumers')
  await page.goto(`${platform.hub}/reuse?own_days=30`)
  assert.match(await main(page), /An estimate: about/)
  await seen(page, 'reuse')
  await page.goto(`${manage}/limits`)
  await page.locator('#per_consumer').fill('many')
  await press(page, 'Show what changes')
  assert.match(await page.title(), /^Error: /)
  await page.locator('#per_consumer').fill('500/minute')
  await press(page, 'Show what changes')
  assert.match(await main(page), /\+ limits:/)
  await seen(page, 'owner-draft-manifest')
  await page.goto(manage)
  assert.match(await main(page), /You have a draft/)
  await seen(page, 'owner-manage-changed')
  await page.goBack()
  await press(page, 'Publish the release')
  assert.match(await main(page), /is in force/)
  assert.deepEqual(real(complaints), [])
})

test('the whole way of an owner works without JavaScript', async () => {
  const { page, complaints } = await chloe({ javaScript: false })
  await page.goto(`${platform.hub}/apis/repairs/v1`)
  await page.getByRole('link', { name: 'manage it' }).click()
  await page.locator('main').getByRole('link', { name: 'Status' }).click()
  await page.getByRole('radio', { name: 'Deprecated' }).check()
  await press(page, 'Show what changes')
  assert.match(await page.title(), /^Error: /)
  await page.getByRole('radio', { name: 'Deprecated' }).check()
  const later = new Date(Date.now() + 400 * 86_400_000).toISOString().slice(0, 10)
  await page.locator('#sunset').fill(later)
  await page.locator('#successor').fill('none')
  await press(page, 'Show what changes')
  assert.match(await main(page), /\+ status: deprecated/)
  await press(page, 'Publish the release')
  assert.match(await main(page), /is in force/)
  await press(page, 'Change contract and manifest as texts')
  assert.match(await page.locator('#manifest').inputValue(), /status: deprecated/)
  await press(page, 'Check it')
  assert.match(await main(page), /Just this is in force already/)
  await press(page, 'Discard the draft')
  await page.waitForURL('**/publish')
  assert.deepEqual(real(complaints), [])
})

test('an owner gets from the list of tasks to a release by the keyboard alone', async () => {
  const { page } = await chloe()
  await page.goto(`${platform.hub}/apis/repairs/v1/manage/limits`)
  await page.locator('#per_day').focus()
  await page.keyboard.type('9000')
  for (let steps = 0; steps < 5; steps++) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(() => document.activeElement.textContent)).includes('Show what changes')) break
  }
  await page.keyboard.press('Enter')
  await page.waitForURL('**/drafts/*')
  for (let steps = 0; steps < 300; steps++) {
    await page.keyboard.press('Tab')
    if ((await page.evaluate(() => document.activeElement.textContent)).includes('Publish the release')) break
  }
  await page.keyboard.press('Enter')
  await page.waitForURL('**/manage?published=*')
})
