// Do people choose how they come in, and do owners and administrators find what they look after, in a real browser?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { accessible, openBrowser, openPage, picture, startPlatform } from './platform.mjs'

let platform
let browser

before(async () => {
  platform = await startPlatform({ flags: ['--mail-links'] })
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  await platform?.stop()
})

/** Somebody who chose the provider among the ways in; `provider` is where that is. */
async function signedIn(name, options) {
  const opened = await openPage(browser, options)
  await opened.page.goto(`${platform.hub}/sign-in?return_to=/account`)
  await opened.page.getByRole('button', { name: /^Sign in with/ }).click()
  const button = opened.page.getByRole('button', { name })
  await button.waitFor()
  const provider = new URL(opened.page.url()).origin
  await button.click()
  await opened.page.waitForURL(`${platform.hub}/account`)
  return { ...opened, provider }
}

/** The newest link in a mail to an address; mails are sent by and by. */
async function linkTo(address, provider) {
  for (let tries = 0; tries < 200; tries++) {
    const text = await (await fetch(`${provider}/mailbox`)).text()
    const letter = text.split(address).slice(1).find((letter) => letter.includes('/sign-in/link?key='))
    const key = letter?.match(/\/sign-in\/link\?key=([0-9a-f]{64})/)?.[1]
    if (key) return `${platform.hub}/sign-in/link?key=${key}`
    await pause(100)
  }
  assert.fail(`no link came for ${address}`)
}

for (const javaScript of [true, false]) {
  const how = javaScript ? 'with' : 'without'
  test(`somebody chooses the provider, and somebody from outside a link in a mail, ${how} JavaScript`, async () => {
    const { provider, complaints } = await signedIn('Amina Yusuf', { javaScript })
    const address = `dev-${how}@partner.example`
    const outside = await openPage(browser, { javaScript })
    await outside.page.goto(`${platform.hub}/sign-in?return_to=/applications/new`)
    if (javaScript) {
      await accessible(outside.page)
      await picture(outside.page, 'sign-in-choice')
    }
    await outside.page.getByLabel('E-mail address').fill('nobody')
    await outside.page.getByRole('button', { name: 'Send me a link' }).click()
    await outside.page.getByText('Enter an e-mail address').first().waitFor()
    await outside.page.getByLabel('E-mail address').fill(address)
    await outside.page.getByRole('button', { name: 'Send me a link' }).click()
    await outside.page.getByRole('heading', { level: 1 }).waitFor()
    if (javaScript) await accessible(outside.page)
    const link = await linkTo(address, provider)

    const elsewhere = await openPage(browser, { javaScript })
    await elsewhere.page.goto(link)
    await elsewhere.page.getByText('only in the browser').first().waitFor()

    await outside.page.goto(link)
    if (javaScript) {
      await accessible(outside.page)
      await picture(outside.page, 'sign-in-link')
    }
    await outside.page.getByLabel('Your name').fill('Dev Partner')
    await outside.page.getByLabel('Your organisation').fill('Partner Ltd')
    await outside.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await outside.page.getByText('Agree to the terms').first().waitFor()
    await outside.page.getByLabel(/I agree/).check()
    await outside.page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await outside.page.waitForURL(`${platform.hub}/applications/new`)
    assert.match(await outside.page.locator('#owner').innerText(), /partner-ltd/)

    await outside.page.goto(link)
    await outside.page.getByText('used already').first().waitFor()
    const relevant = (text) => !text.includes('favicon') && !text.includes('403') && !text.includes('400')
    assert.deepEqual([...complaints, ...outside.complaints].filter(relevant), [])
  })
}

test('an administrator rotates a signing key after a question, on pages that are accessible', async () => {
  const { page } = await signedIn('Grace Obi')
  await page.getByRole('link', { name: 'Signing keys of the platform' }).click()
  await accessible(page)
  await page.getByRole('link', { name: /^Retire/ }).click()
  await accessible(page)
  await page.getByRole('button', { name: 'Retire the key' }).click()
  await page.getByText('The next key signs from').waitFor()
  await accessible(page)
  await picture(page, 'signing-keys')
  await page.getByRole('link', { name: /^Withdraw/ }).last().click()
  await page.getByRole('button', { name: 'Withdraw the key' }).click()
  await page.getByText('Enter why the key is withdrawn').first().waitFor()
  await accessible(page)
  await page.getByRole('link', { name: 'Keep it' }).click()
})

test('owners trust a pipeline and take that back, with and without JavaScript', async () => {
  for (const javaScript of [true, false]) {
    const { page } = await signedIn('Chloe Martin', { javaScript })
    await page.goto(`${platform.hub}/apis/repairs/v1`)
    await page.getByRole('link', { name: 'which pipelines publish it' }).click()
    if (javaScript) await accessible(page)
    await page.getByRole('button', { name: 'Trust it' }).click()
    await page.getByText('Enter the repository').first().waitFor()
    if (javaScript) await accessible(page)
    await page.getByRole('radio', { name: 'GitHub Actions' }).check()
    await page.getByLabel('Repository').fill('hackney/repairs-api')
    await page.getByLabel('Ref', { exact: true }).fill('refs/heads/main')
    await page.getByRole('button', { name: 'Trust it' }).click()
    await page.getByRole('heading', { name: 'hackney/repairs-api, refs/heads/main' }).waitFor()
    if (javaScript) {
      await accessible(page)
      await picture(page, 'pipelines')
    }
    await page.getByRole('button', { name: /^Trust no longer/ }).click()
    await page.getByText('None is trusted yet').waitFor()
  }
})

test('a supplier asks for several APIs at once', async () => {
  const { page } = await signedIn('Ben Carter')
  await page.goto(`${platform.hub}/applications/new`)
  await page.locator('#name').fill('Estate dashboard')
  await page.getByRole('button', { name: 'Register the application' }).click()
  await page.goto(`${platform.hub}/applications`)
  await page.getByRole('link', { name: 'Ask for access to several APIs at once' }).click()
  await accessible(page)
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByText('Select an application').first().waitFor()
  await accessible(page)
  const option = page.locator('#application option', { hasText: 'Estate dashboard' }).first()
  await page.locator('#application').selectOption(await option.getAttribute('value'))
  await page.getByRole('radio', { name: 'Production' }).check()
  await page.getByLabel('Repairs v1').check()
  await page.getByLabel('Rents v1').check()
  await page.getByRole('button', { name: 'Continue' }).click()
  await page.getByRole('group', { name: /Operations of Rents/ }).waitFor()
  await accessible(page)
  await picture(page, 'bundle-request')
  await page.getByLabel('listRepairs', { exact: true }).check()
  await page.getByLabel('listRentAccounts', { exact: true }).check()
  await page.locator('#purpose').fill('To show estates how repairs and arrears stand.')
  await page.locator('#legal_basis').fill('Contract')
  await page.getByRole('button', { name: 'Send the requests' }).click()
  await page.getByRole('heading', { name: 'Asked for together' }).waitFor()
  await accessible(page)
})
