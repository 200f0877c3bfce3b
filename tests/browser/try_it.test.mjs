// Can an operation be tried from its reference, and an application be looked after, with and without JavaScript, accessibly?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { accessible, openBrowser, openPage, picture, signIn, startPlatform } from './platform.mjs'

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

/** A signed-in person's page. */
async function signedIn(email, options) {
  const opened = await openPage(browser, options)
  await signIn(opened.page, platform, email)
  return opened
}

const main = (page) => page.locator('main').innerText()

/** No wider than the window: what is wider scrolls by itself. */
async function fits(page) {
  const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
  assert.ok(wide <= 0, `${page.url()} is ${wide} px too wide`)
}

for (const javaScript of [true, false]) {
  test(`a call is tried, refused and explained ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { page, complaints } = await signedIn('amina.yusuf@hackney.example', { javaScript })
    await page.goto(`${platform.hub}/apis/repairs/v1/operations/listRepairs`)
    assert.ok(await page.locator('input[name=environment][value=sandbox]').isChecked(), 'the sandbox is chosen')
    await page.locator('select[name="query:status"]').selectOption('scheduled')
    await page.getByRole('button', { name: 'Send GET' }).click()
    assert.match(page.url(), /\/operations\/listRepairs\/try$/)
    assert.match(await page.title(), /^200 OK/)
    const told = await main(page)
    assert.match(told, /"repairs": \[/)
    assert.match(told, /Request-Id/)
    assert.match(told, /status=scheduled/)
    assert.ok(!(await page.content()).includes('eyJ'), 'the token is nowhere on the page')
    if (javaScript) {
      await accessible(page)
      await picture(page, 'try-it')
      assert.deepEqual(await page.evaluate(() => [localStorage.length, sessionStorage.length]), [0, 0])
    }
    await page.goto(`${platform.hub}/apis/repairs/v1/operations/getRepair/try`)
    await page.locator('input[name^="path:"]').first().fill('')
    await page.getByRole('button', { name: 'Send GET' }).click()
    assert.match(await page.title(), /^Error: /)
    if (javaScript) await accessible(page)
    assert.deepEqual(complaints.filter((text) => !text.includes('400')), [])
  })

  test(`a real change is asked for twice ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { page } = await signedIn('amina.yusuf@hackney.example', { javaScript })
    await page.goto(`${platform.hub}/apis/repairs/v1/operations/reportRepair/try`)
    await page.getByRole('radio', { name: /production/ }).check()
    await page.getByRole('button', { name: 'Send POST' }).click()
    assert.match(await main(page), /Do you mean to call production\?/)
    if (javaScript) {
      await accessible(page)
      await picture(page, 'try-it-confirm')
    }
    await page.getByRole('button', { name: 'Send it to production' }).click()
    assert.match(await page.title(), /^20\d /)
    assert.ok(await page.locator('input[name=environment][value=sandbox]').isChecked(), 'production is chosen anew each time')
  })
}

test('the form is used by keyboard alone and fits a small window', async () => {
  const { page } = await signedIn('amina.yusuf@hackney.example', { viewport: { width: 320, height: 640 } })
  await page.goto(`${platform.hub}/apis/repairs/v1/operations/listRepairs/try`)
  await fits(page)
  const button = page.getByRole('button', { name: 'Send GET' })
  for (let steps = 0; steps < 60; steps++) {
    if (await button.evaluate((it) => it === document.activeElement)) break
    await page.keyboard.press('Tab')
  }
  await page.keyboard.press('Enter')
  await page.waitForFunction(() => document.title.startsWith('200'))
  await fits(page)
  await accessible(page)
})

test('an application shows what it called and how to begin, at every width', async () => {
  const { page, complaints } = await signedIn('ben.carter@hackney.example')
  const [command] = platform.curl.match(/https?:\S+$/)
  const token = platform.curl.match(/Bearer ([^']+)/)[1]
  for (let call = 0; call < 5; call++) await fetch(command, { headers: { Authorization: `Bearer ${token}` } })
  const refused = await fetch(`${platform.production}/rents/v1/accounts`, { headers: { Authorization: `Bearer ${token}` } })
  assert.equal(refused.status, 403)
  await page.goto(`${platform.hub}/applications`)
  await page.getByRole('link', { name: 'Repairs tracker' }).click()
  const application = page.url()
  for (let tries = 0; tries < 100; tries++) {
    await page.goto(`${application}/usage?span=day`)
    if ((await main(page)).includes('Refused calls\nThe last of')) break
    await page.waitForTimeout(100)
  }
  const told = await main(page)
  assert.match(told, /listRepairs/)
  assert.match(told, /Calls in the last 24 hours/)
  for (const width of [320, 768, 1280]) {
    await page.setViewportSize({ width, height: 900 })
    await fits(page)
    await accessible(page)
  }
  await picture(page, 'application-usage')
  await page.locator('main').getByRole('link', { name: /^Why/ }).first().click()
  assert.match(await main(page), /grant/)
  await page.goto(application)
  await page.locator('#grants + .app-scroll a').first().click()
  await page.getByRole('button', { name: 'Make the first call' }).click()
  assert.match(await main(page), /client_assertion/)
  await accessible(page)
  await picture(page, 'first-call')
  await page.goto(`${platform.hub}/apis/repairs/v1`)
  assert.match(await main(page), /Without errors of the API/)
  await accessible(page)
  assert.deepEqual(complaints, [])
})
