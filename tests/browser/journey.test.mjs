// Does the whole way work in a real browser, from finding an API to the first call, accessibly and without JavaScript?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { accessible, openBrowser, openPage, picture, signIn, startPlatform } from './platform.mjs'

const guides = ['what-is-an-api', 'getting-started', 'how-access-works', 'errors', 'terms', 'privacy', 'cookies', 'accessibility', 'contact']
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

const heading = (page) => page.getByRole('heading', { level: 1 }).innerText()

/** Looks at a page as axe does, and keeps a picture for people. */
async function seen(page, name) {
  await accessible(page)
  await picture(page, name)
}

async function register(page, name) {
  await page.goto(`${platform.hub}/applications/new`)
  await page.locator('#name').fill(name)
  await page.locator('#description').fill('Reminds tenants before a payment is due.')
  await page.getByRole('button', { name: 'Register the application' }).click()
  assert.match(await heading(page), new RegExp(name))
}

async function ask(page, name) {
  await page.goto(`${platform.hub}/apis/rents/v1/access`)
  await page.locator('#application').selectOption(await page.locator('#application option', { hasText: name }).first().getAttribute('value'))
  await page.getByRole('radio', { name: /production/i }).check()
  await page.getByLabel('listRentAccounts', { exact: true }).check()
  await page.locator('#purpose').fill('To remind tenants before a payment is due.')
  await page.locator('#legal_basis').fill('Contract')
  await page.getByRole('button', { name: 'Send the request' }).click()
  return page.url()
}

async function approve(page, name) {
  await page.goto(`${platform.hub}/inbox`)
  await page.getByRole('link', { name: new RegExp(name) }).first().click()
  await page.getByRole('radio', { name: 'Approve' }).check()
  await page.locator('#reason').fill('Agreed with the income team.')
  await page.getByRole('button', { name: 'Send the decision' }).click()
}

/** Makes a secret and gives client id and secret as the page shows them, once. */
async function makeSecret(page, name) {
  await page.goto(`${platform.hub}/applications`)
  await page.getByRole('link', { name }).click()
  const application = page.url()
  await page.getByRole('button', { name: 'Make a secret' }).click()
  const text = await page.locator('main').innerText()
  const secret = text.match(/hansom_sec_[0-9A-Za-z]{49}/)?.[0]
  assert.ok(secret, `the secret is shown: ${text}`)
  return { application, clientId: new URL(application).pathname.split('/').pop(), secret }
}

async function token({ clientId, secret }) {
  const answer = await fetch(`${platform.hub}/oauth/token`, {
    method: 'POST',
    headers: { Authorization: `Basic ${Buffer.from(`${clientId}:${secret}`).toString('base64')}` },
    body: new URLSearchParams({ grant_type: 'client_credentials', resource: platform.production }),
  })
  assert.equal(answer.status, 200, await answer.clone().text())
  return (await answer.json()).access_token
}

const call = (bearer) =>
  fetch(`${platform.production}/rents/v1/accounts`, { headers: bearer ? { Authorization: `Bearer ${bearer}` } : {} })

/** Asks again until the answer has that status; bounded. */
async function callUntil(bearer, status) {
  for (let tries = 0; tries < 200; tries++) {
    const answer = await call(bearer)
    if (answer.status === status) return answer
    await pause(50)
  }
  assert.fail(`the call was never answered with ${status}`)
}

test('from finding an API to the first call, and to the end of it', async () => {
  const ben = await signedIn('ben.carter@hackney.example')
  await ben.page.locator('#q').fill('rent arrangements')
  await ben.page.getByRole('button', { name: 'Search' }).click()
  await seen(ben.page, 'catalogue-found')
  await ben.page.getByRole('link', { name: 'Rents', exact: false }).first().click()
  await seen(ben.page, 'api')
  await register(ben.page, 'Rent reminder')
  await seen(ben.page, 'application')
  const grant = await ask(ben.page, 'Rent reminder')
  await seen(ben.page, 'grant-requested')

  const dev = await signedIn('dev.patel@hackney.example')
  await dev.page.goto(`${platform.hub}/inbox`)
  await seen(dev.page, 'inbox')
  await dev.page.goto(grant)
  await seen(dev.page, 'grant-to-decide')
  await approve(dev.page, 'Rent reminder')
  await seen(dev.page, 'grant-decided')

  const made = await makeSecret(ben.page, 'Rent reminder')
  await seen(ben.page, 'secret')
  await ben.page.goto(made.application)
  assert.ok(!(await ben.page.content()).includes(made.secret), 'the secret is shown once')
  const bearer = await token(made)
  const answer = await callUntil(bearer, 200)
  assert.ok((await answer.json()).accounts.length > 0, 'the call is answered by the service')

  await ben.page.getByRole('link', { name: /^Revoke/ }).first().click()
  await seen(ben.page, 'revoke')
  await ben.page.getByRole('button', { name: /^Revoke/ }).click()
  const refused = await (await callUntil(bearer, 401)).json()
  await pause(1500)
  await ben.page.goto(`${platform.hub}/refusals?request_id=${refused.instance}`)
  assert.match(await ben.page.locator('main').innerText(), /revoked/)
  await seen(ben.page, 'refusal')
  assert.deepEqual([...ben.complaints, ...dev.complaints], [])
})

test('every page a stranger can open is accessible', async () => {
  const { page, complaints } = await openPage(browser)
  const paths = ['/', '/?q=collection', '/?q=nothingthere', '/apis/bulky-waste/v1', '/apis/council-tax/v1',
    '/apis/bulky-waste/v1/operations/bookCollection', '/apis/bulky-waste/v1/operations/listCollections',
    '/apis/bulky-waste/v1/schemas/Collection', '/apis/bulky-waste/v1/changes', '/problems', '/problems/token-missing', '/about', '/refusals',
    '/guides', ...guides.map((guide) => `/guides/${guide}`), '/status', '/apis/bulky-waste/status', '/meetups']
  for (const path of paths) {
    const answer = await page.goto(platform.hub + path)
    assert.ok(answer.status() === 200, `${path}: ${answer.status()}`)
    await seen(page, `stranger${path.replaceAll(/[^a-z]+/gi, '-')}`)
  }
  await page.goto(`${platform.hub}/apis/repairs/v1`)
  assert.ok(!(await page.locator('main').innerText()).includes('Report'), 'an internal API is not for strangers')
  await accessible(page)
  assert.deepEqual(complaints.filter((text) => !text.includes('404')), [])
})

test('every page of a signed-in person is accessible', async () => {
  const { page, complaints } = await signedIn('grace.obi@hackney.example')
  for (const path of ['/', '/applications', '/applications/new', '/inbox', '/token', '/account', '/audit', '/apis/repairs/v1/access', '/apis/repairs/v1/operations/reportRepair']) {
    const answer = await page.goto(platform.hub + path)
    assert.equal(answer.status(), 200, path)
    await seen(page, `administrator${path.replaceAll(/[^a-z]+/gi, '-')}`)
  }
  await page.goto(`${platform.hub}/applications/new`)
  await page.getByRole('button', { name: 'Register the application' }).click()
  assert.match(await page.title(), /^Error: /)
  await seen(page, 'error-summary')
  await page.goto(`${platform.hub}/token`)
  await page.getByRole('radio', { name: /sandbox/i }).check()
  await page.getByRole('button', { name: 'Get a token' }).click()
  await accessible(page)
  assert.deepEqual(complaints.filter((text) => !text.includes('status of 400')), [], 'but for the form that was left empty')
})

test('the whole way works without JavaScript', async () => {
  const ben = await signedIn('ben.carter@hackney.example', { javaScript: false })
  const dev = await signedIn('dev.patel@hackney.example', { javaScript: false })
  await register(ben.page, 'Quiet reminder')
  await ask(ben.page, 'Quiet reminder')
  await approve(dev.page, 'Quiet reminder')
  const made = await makeSecret(ben.page, 'Quiet reminder')
  await callUntil(await token(made), 200)
})

test('a form that another site sends is refused', async () => {
  const { page } = await signedIn('ben.carter@hackney.example')
  const cookies = (await page.context().cookies()).map(({ name, value }) => `${name}=${value}`).join('; ')
  assert.match(cookies, /^__Host-/)
  for (const headers of [{}, { Origin: 'https://evil.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
    const answer = await fetch(`${platform.hub}/applications/new`, {
      method: 'POST',
      redirect: 'manual',
      headers: { Cookie: cookies, ...headers },
      body: new URLSearchParams({ name: 'Evil', description: '', owner: 'digital-services@hackney.example' }),
    })
    assert.equal(answer.status, 403, JSON.stringify(headers))
  }
  await page.goto(`${platform.hub}/applications`)
  assert.ok(!(await page.content()).includes('Evil'))
})

test('a finding is accepted in writing, and every page on the way is accessible', async () => {
  const owner = await signedIn('chloe.martin@hackney.example')
  const form = `${platform.hub}/apis/repairs/v1/waiver?rule=URL-01&place=%2Fpaths`
  await owner.page.goto(form)
  await seen(owner.page, 'waiver-asked')
  await owner.page.getByRole('button', { name: 'Send the request' }).click()
  assert.match(await owner.page.title(), /^Error: /)
  await seen(owner.page, 'waiver-error')
  await owner.page.getByLabel('Reason', { exact: true }).fill('The old path is printed on letters until the spring.')
  await owner.page.getByLabel('Who answers for it').fill('Chloe Martin')
  const month = new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
  await owner.page.getByLabel('Ends on').fill(month)
  await owner.page.getByRole('button', { name: 'Send the request' }).click()
  await owner.page.waitForURL('**/waivers/*')
  const keeper = await signedIn('hana.lind@hackney.example')
  await keeper.page.goto(owner.page.url())
  await seen(keeper.page, 'waiver-to-decide')
  await keeper.page.getByRole('radio', { name: 'Approve' }).check()
  await keeper.page.getByLabel('Reason', { exact: true }).fill('Until the letters are used up.')
  await keeper.page.getByRole('button', { name: 'Send the decision' }).click()
  for (const path of ['/apis/repairs/v1/standards', '/apis/repairs/v1/changes', '/waivers', '/scores', '/editions/new',
    '/apis/repairs/v1/checklists/design-review']) {
    const answer = await keeper.page.goto(platform.hub + path)
    assert.equal(answer.status(), 200, path)
    await seen(keeper.page, `keeper${path.replaceAll(/[^a-z]+/gi, '-')}`)
  }
  await keeper.page.goto(`${platform.hub}/apis/repairs/v1/standards`)
  assert.match(await keeper.page.locator('main').innerText(), /printed on letters/)
  await keeper.page.goto(`${platform.hub}/editions/new`)
  await keeper.page.getByRole('button', { name: 'Show what it would change' }).click()
  assert.match(await keeper.page.locator('main').innerText(), /would fall short/)
  await seen(keeper.page, 'edition-forecast')
  await owner.page.goto(`${platform.hub}/apis/repairs/v1/checklists/design-review`)
  await seen(owner.page, 'checklist-to-answer')
  // A form with faults is answered with 400, and the browser's console says so.
  const complaints = [...owner.complaints, ...keeper.complaints].filter((text) => !text.includes('400'))
  assert.deepEqual(complaints, [])
})
