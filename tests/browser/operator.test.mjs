// Can those who run the platform, and those who keep its standards, do so: by eye, by keyboard, on a phone, without JavaScript?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { accessible, openBrowser, openPage, picture, startPlatform } from './platform.mjs'

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

const OPERATOR = 'grace.obi@hackney.example'
const KEEPER = 'hana.lind@hackney.example'
/** Pages of those who run the platform and of those who keep its standards. */
const PAGES = ['/platform', '/audit', '/audit?verb=publish+release', '/notices', '/people', '/people?q=grace', '/groups',
  '/groups?flag=alone', '/groups/housing-repairs%40hackney.example', '/requests', '/requests?state=any', '/waivers', '/scores']
const WIDTHS = [320, 768, 1280]

const named = (path) => `operator${path.replaceAll(/[^a-z0-9]+/gi, '-')}`
const main = (page) => page.locator('main').innerText()

/** A signed-in person's page. */
async function signedIn(email, options) {
  const opened = await openPage(browser, options)
  await opened.page.goto(`${platform.hub}/`)
  await opened.page.getByRole('link', { name: 'Sign in', exact: true }).click()
  await opened.page.getByRole('button', { name: email }).click()
  await opened.page.waitForURL(`${platform.hub}/**`)
  return opened
}

/** Opens a page until it says something; bounded. */
async function openUntil(page, path, text) {
  for (let tries = 0; tries < 100; tries++) {
    await page.goto(platform.hub + path)
    if (text.test(await main(page))) return
    await pause(100)
  }
  assert.fail(`${path} never said ${text}: ${await main(page)}`)
}

test('every page is accessible, breaks no rule of the browser and fits every screen', async () => {
  const { page, complaints } = await signedIn(OPERATOR)
  await openUntil(page, '/platform', /Last seen/)
  for (const path of PAGES) {
    for (const width of WIDTHS) {
      await page.setViewportSize({ width, height: 800 })
      const answer = await page.goto(platform.hub + path)
      assert.equal(answer.status(), 200, path)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth)
      assert.ok(wide <= width, `${path} is ${wide} pixels wide at ${width}`)
      await accessible(page)
      if (width !== 768) await picture(page, `${named(path)}${width === 320 ? '-phone' : ''}`)
    }
  }
  assert.deepEqual(complaints, [])
})

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with' : 'without'
  test(`an operator follows a change from the trail to its thing, ${how} JavaScript`, async () => {
    const { page, complaints } = await signedIn(OPERATOR, { javaScript })
    await page.getByRole('link', { name: 'Run the platform' }).click()
    await openUntil(page, '/platform', /The newest generation is \d+/)
    await page.getByRole('link', { name: 'Audit trail' }).click()
    if (javaScript) await page.getByText('Search', { exact: true }).first().click()
    else await page.goto(`${platform.hub}/audit?kind=api`)
    await page.locator('#thing').fill('repairs')
    await page.locator('#kind').selectOption('api')
    await page.getByRole('button', { name: 'Search' }).click()
    const entry = page.getByRole('link', { name: /^publish release/ }).first()
    await entry.click()
    assert.match(await main(page), /api repairs/)
    if (javaScript) await accessible(page)
    await picture(page, `operator-audit-entry-${how}-javascript`)
    await page.getByRole('link', { name: 'api repairs' }).click()
    await page.waitForURL('**/apis/repairs**')
    await page.goto(`${platform.hub}/audit?kind=api`)
    const file = await page.request.get(await page.getByRole('link', { name: /as CSV/ }).evaluate((link) => link.href))
    assert.match(file.headers()['content-type'], /^text\/csv/)
    assert.match(await file.text(), /^at,actorKind,[^]*publish_release,api repairs/)

    await page.goto(`${platform.hub}/people`)
    await page.locator('#q').fill('grace')
    await page.getByRole('button', { name: 'Search' }).click()
    await page.locator('main').getByRole('link', { name: /Grace/ }).first().click()
    assert.match(await main(page), /Signed in with/)
    if (javaScript) await accessible(page)
    await picture(page, `operator-person-${how}-javascript`)
    assert.deepEqual(complaints, [])
  })
}

test('an operator sees whether mails arrive, and is not let to send too many', async () => {
  const { page, complaints } = await signedIn(OPERATOR)
  await page.goto(`${platform.hub}/notices`)
  await page.getByRole('button', { name: 'Send a test mail' }).click()
  await page.waitForURL('**/notices')
  await page.getByRole('button', { name: 'Send a test mail' }).click()
  assert.match(await page.title(), /^Error: /)
  assert.match(await main(page), /within the last 60 seconds/)
  await accessible(page)
  await picture(page, 'operator-notices-too-many')
  assert.deepEqual(complaints.filter((text) => !text.includes('400')), [])
})

test('an operator finds the oldest request, by keyboard alone', async () => {
  const asker = await signedIn('ben.carter@hackney.example')
  await asker.page.goto(`${platform.hub}/applications/new`)
  await asker.page.locator('#name').fill('Arrears letters')
  await asker.page.getByRole('button', { name: 'Register the application' }).click()
  await asker.page.goto(`${platform.hub}/apis/rents/v1/access`)
  const option = asker.page.locator('#application option', { hasText: 'Arrears letters' })
  await asker.page.locator('#application').selectOption(await option.getAttribute('value'))
  await asker.page.getByRole('radio', { name: /production/i }).check()
  await asker.page.getByLabel('listRentAccounts', { exact: true }).check()
  await asker.page.locator('#purpose').fill('To write to tenants before a payment is due.')
  await asker.page.locator('#legal_basis').fill('Contract')
  await asker.page.getByRole('button', { name: 'Send the request' }).click()

  const { page } = await signedIn(OPERATOR)
  await page.goto(`${platform.hub}/requests`)
  await page.locator('#api').focus()
  await page.keyboard.type('rents')
  await page.keyboard.press('Enter')
  await page.waitForURL(/api=rents/)
  const found = page.getByRole('link', { name: /^Arrears letters/ })
  await found.focus()
  await page.keyboard.press('Enter')
  await page.waitForURL('**/grants/*')
  assert.match(await main(page), /Arrears letters/)
})

test('a keeper of the standards sees how all APIs stand and follows the worst to its findings, without JavaScript', async () => {
  const { page } = await signedIn(KEEPER, { javaScript: false, viewport: { width: 320, height: 640 } })
  await page.goto(`${platform.hub}/scores`)
  assert.match(await main(page), /Mean score \d+\.\d of 100/)
  await page.locator('#owner').fill('housing')
  await page.getByRole('button', { name: 'Show' }).click()
  await page.waitForURL(/owner=housing/)
  await picture(page, 'keeper-scores-phone')
  const file = await page.request.get(await page.getByRole('link', { name: /as CSV/ }).evaluate((link) => link.href))
  assert.match(await file.text(), /^edition,api,title,owner,[^]*,repairs,/)
  const table = page.getByRole('region', { name: 'Score of every API' })
  await table.getByRole('link').filter({ hasText: / v\d/ }).first().click()
  await page.waitForURL(/\/standards\?release=/)
  assert.match(await main(page), /playbook/)
  const { page: other } = await signedIn(KEEPER)
  const refused = await other.goto(`${platform.hub}/platform`)
  assert.equal(refused.status(), 403, 'keeping the standards is not running the platform')
})
