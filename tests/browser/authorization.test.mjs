// Does a person in a real browser let an application in, and does the answer arrive where it should and nowhere else?
import assert from 'node:assert/strict'
import { createHash, randomBytes } from 'node:crypto'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { accessible, openBrowser, openPage, picture, startPlatform } from './platform.mjs'

let platform
let browser
let application
const answers = []
/** The application's own server, on another origin than the hub. */
const server = createServer((request, response) => {
  let body = ''
  request.on('data', (chunk) => (body += chunk))
  request.on('end', () => {
    const url = new URL(request.url, 'http://application')
    if (url.pathname === '/callback') {
      answers.push({ method: request.method, ...Object.fromEntries(request.method === 'POST' ? new URLSearchParams(body) : url.searchParams) })
    }
    response.setHeader('content-type', 'text/html; charset=utf-8')
    response.end('<!doctype html><html lang="en"><title>Back</title><main><h1>Back at the application</h1></main>')
  })
})

before(async () => {
  platform = await startPlatform()
  browser = await openBrowser()
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  const callback = `http://127.0.0.1:${server.address().port}/callback`
  const { page } = await signedIn('Ben Carter')
  const made = await page.evaluate(async (callback) => {
    const token = document.querySelector('[name=form_token]').value
    const call = async (method, path, body) => {
      const headers = { 'content-type': 'application/json', 'hansom-form-token': token }
      const answer = await fetch(`/api/v1${path}`, { method, headers, body: JSON.stringify(body) })
      return answer.json()
    }
    const { id } = await call('POST', '/applications', { name: 'Van planner', owner: 'digital-services@hackney.example' })
    const { secret } = await call('POST', `/applications/${id}/credentials`, { kind: 'secret' })
    await call('PUT', `/applications/${id}/oauth`, { redirectUris: [callback] })
    return { id, secret }
  }, callback)
  application = { ...made, callback }
})
after(async () => {
  await browser?.close()
  server.close()
  await platform?.stop()
})

async function signedIn(name, options) {
  const opened = await openPage(browser, options)
  await opened.page.goto(`${platform.hub}/sign-in?return_to=/applications/new`)
  await opened.page.getByRole('button', { name }).click()
  await opened.page.waitForURL(`${platform.hub}/applications/new`)
  return opened
}

function asked(more = {}) {
  const verifier = randomBytes(32).toString('base64url')
  const url = new URL('/oauth/authorize', platform.hub)
  url.search = new URLSearchParams({
    response_type: 'code',
    client_id: application.id,
    redirect_uri: application.callback,
    code_challenge: createHash('sha256').update(verifier).digest('base64url'),
    code_challenge_method: 'S256',
    state: 'state-of-the-application',
    ...more,
  })
  return { url: url.href, verifier }
}

async function tokenOf({ code }, verifier) {
  const form = { grant_type: 'authorization_code', code, redirect_uri: application.callback, code_verifier: verifier }
  const answer = await fetch(`${platform.hub}/oauth/token`, {
    method: 'POST',
    headers: { authorization: `Basic ${Buffer.from(`${application.id}:${application.secret}`).toString('base64')}` },
    body: new URLSearchParams(form),
  })
  return answer.json()
}

for (const javaScript of [true, false]) {
  test(`a person who is not signed in lets an application in, ${javaScript ? 'with' : 'without'} JavaScript`, async () => {
    const { page, complaints } = await openPage(browser, { javaScript })
    const { url, verifier } = asked()
    await page.goto(url)
    await page.getByRole('button', { name: 'Amina Yusuf' }).click()
    await page.getByRole('heading', { name: 'Van planner wants to act for you' }).waitFor()
    if (javaScript) {
      await accessible(page)
      await picture(page, 'consent')
    }
    await page.getByRole('button', { name: 'Allow it', exact: true }).click()
    await page.getByRole('heading', { name: 'Back at the application' }).waitFor()
    const answer = answers.at(-1)
    assert.deepEqual([answer.method, answer.state, answer.iss], ['GET', 'state-of-the-application', platform.hub])
    const { access_token: token } = await tokenOf(answer, verifier)
    const called = await fetch(`${platform.production}/repairs/v1/repairs`, { headers: { authorization: `Bearer ${token}` } })
    assert.equal(called.status, 200)
    assert.deepEqual(complaints.filter((text) => !text.includes('favicon')), [])
  })
}

test('a person who says no is taken back to the application, which is told so', async () => {
  const { page } = await signedIn('Amina Yusuf')
  await page.goto(asked().url)
  await page.getByRole('button', { name: 'Do not allow it' }).click()
  await page.getByRole('heading', { name: 'Back at the application' }).waitFor()
  assert.deepEqual([answers.at(-1).error, answers.at(-1).code], ['access_denied', undefined])
})

test('a person lets an application in for one API alone, with and without JavaScript', async () => {
  for (const javaScript of [true, false]) {
    const { page } = await signedIn('Amina Yusuf', { javaScript })
    const { url, verifier } = asked({ prompt: 'consent' })
    await page.goto(url)
    await page.getByRole('radio', { name: 'Only what I select' }).check()
    if (javaScript) {
      await accessible(page)
      await picture(page, 'consent-part')
    }
    await page.getByRole('button', { name: 'Allow it', exact: true }).click()
    await page.getByText('Select what it may do').first().waitFor()
    if (javaScript) await accessible(page)
    await page.getByRole('radio', { name: 'Only what I select' }).check()
    await page.getByRole('checkbox', { name: 'Rents v1' }).check()
    await page.getByRole('button', { name: 'Allow it', exact: true }).click()
    await page.getByRole('heading', { name: 'Back at the application' }).waitFor()
    const tokens = await tokenOf(answers.at(-1), verifier)
    assert.equal(tokens.scope, 'rents/v1', JSON.stringify(tokens))
    const headers = { authorization: `Bearer ${tokens.access_token}` }
    const refused = await fetch(`${platform.production}/repairs/v1/repairs`, { headers })
    assert.deepEqual([refused.status, (await refused.json()).code], [403, 'scope-missing'])
    await page.goto(`${platform.hub}/account`)
    await page.getByText('rents/v1').first().waitFor()
    await page.locator('form[action*="/withdrawal"] button').first().click()
    await page.waitForURL(`${platform.hub}/account`)
  }
})

test('an answer by form arrives by form, with and without JavaScript', async () => {
  for (const javaScript of [true, false]) {
    const { page, complaints } = await signedIn('Amina Yusuf', { javaScript })
    await page.goto(asked({ response_mode: 'form_post', prompt: 'consent' }).url)
    await page.getByRole('button', { name: 'Allow it', exact: true }).click()
    if (!javaScript) await page.getByRole('button', { name: 'Continue' }).click()
    await page.getByRole('heading', { name: 'Back at the application' }).waitFor()
    assert.deepEqual([answers.at(-1).method, answers.at(-1).code?.length], ['POST', 64])
    assert.deepEqual(complaints.filter((text) => !text.includes('favicon')), [])
  }
})

test('a person lets a device in by its code, and takes it back on the page of their account', async () => {
  const basic = `Basic ${Buffer.from(`${application.id}:${application.secret}`).toString('base64')}`
  const post = async (path, form) => {
    const body = new URLSearchParams(form)
    const answer = await fetch(platform.hub + path, { method: 'POST', headers: { authorization: basic }, body })
    return answer.json()
  }
  const device = await post('/oauth/device_authorization', { resource: platform.production })
  const { page } = await signedIn('Amina Yusuf')
  await page.goto(device.verification_uri)
  await accessible(page)
  await page.getByLabel('Code').fill(device.user_code.toLowerCase())
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('button', { name: 'My device shows this code: allow it' }).waitFor()
  await accessible(page)
  await picture(page, 'device')
  await page.getByRole('button', { name: 'My device shows this code: allow it' }).click()
  await page.getByRole('heading', { name: 'You are signed in on your device' }).waitFor()
  const grant = 'urn:ietf:params:oauth:grant-type:device_code'
  const tokens = await post('/oauth/token', { grant_type: grant, device_code: device.device_code })
  assert.ok(tokens.refresh_token, JSON.stringify(tokens))

  await page.goto(`${platform.hub}/account`)
  await accessible(page)
  await page.locator('form[action*="/withdrawal"] button').first().click()
  await page.waitForURL(`${platform.hub}/account`)
  const refused = await post('/oauth/token', { grant_type: 'refresh_token', refresh_token: tokens.refresh_token })
  assert.equal(refused.error, 'invalid_grant')
})
