// Do people meet, tell of what goes wrong and give feedback, by keyboard, on any screen, and without JavaScript?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
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

async function signedIn(email, options) {
  const opened = await openPage(browser, options)
  await opened.page.goto(`${platform.hub}/sign-in?return_to=/`)
  await opened.page.getByRole('button', { name: email }).click()
  await opened.page.waitForURL(`${platform.hub}/**`)
  return opened
}

async function seen(page, name) {
  await accessible(page)
  await picture(page, name)
}

async function callMeetup(page, title) {
  await page.goto(`${platform.hub}/meetups/new`)
  await page.getByLabel('What it is called').fill(title)
  await page.getByLabel('When it begins').fill('2027-03-04 14:00')
  await page.getByLabel('When it ends').fill('2027-03-04 15:30')
  await page.getByLabel('Where it is').fill('Town Hall, room 102')
  await page.getByRole('radio', { name: 'Everybody' }).check()
  await page.getByLabel('What it is about').fill('Bring a **contract**.')
  await page.getByRole('button', { name: 'Call the meetup' }).click()
  assert.equal(await page.getByRole('heading', { level: 1 }).innerText(), title)
}

test('a meetup is called, gets notes and is called off', async () => {
  const { page, complaints } = await signedIn('hana.lind@hackney.example')
  await page.goto(`${platform.hub}/meetups/new`)
  await seen(page, 'meetup-new')
  await page.getByRole('button', { name: 'Call the meetup' }).click()
  assert.match(await page.title(), /^Error: /)
  await accessible(page)
  await callMeetup(page, 'Naming, and why')
  await page.getByRole('link', { name: 'Change it, or add notes' }).click()
  await page.getByLabel('Notes').fill('We agreed on plurals.')
  await seen(page, 'meetup-change')
  await page.getByRole('button', { name: 'Save the changes' }).click()
  await seen(page, 'meetup')
  await page.getByText('Call it off').click()
  await page.getByRole('button', { name: 'Call the meetup off' }).click()
  assert.match(await page.locator('main').innerText(), /Called off on/)
  await accessible(page)
  const calendar = await (await fetch(`${platform.hub}/meetups.ics`)).text()
  assert.match(calendar, /STATUS:CANCELLED/)
  assert.deepEqual(complaints.filter((text) => !text.includes('400')), [])
})

test('feedback on an API reaches its owners and is answered', async () => {
  const ben = await signedIn('ben.carter@hackney.example')
  await ben.page.goto(`${platform.hub}/apis/bulky-waste/v1`)
  await ben.page.getByRole('link', { name: 'Give feedback on this page' }).click()
  await seen(ben.page, 'feedback-new')
  await ben.page.getByRole('button', { name: 'Send it' }).click()
  assert.match(await ben.page.title(), /^Error: /)
  await accessible(ben.page)
  await ben.page.getByLabel('What is it about?').fill('Slots at night')
  await ben.page.getByLabel('What do you have to say?').fill('There are slots at three in the night.')
  await ben.page.getByRole('button', { name: 'Send it' }).click()
  await ben.page.waitForURL('**/feedback/*')
  const owner = await signedIn('esther.cole@hackney.example')
  await owner.page.goto(`${platform.hub}/feedback`)
  await seen(owner.page, 'feedback')
  await owner.page.getByRole('link', { name: 'Slots at night' }).click()
  await owner.page.getByLabel('Write to the thread').fill('They are gone now.')
  await owner.page.getByRole('button', { name: 'Send the answer' }).click()
  await owner.page.getByText('Remove this message').click()
  await seen(owner.page, 'feedback-thread')
  await ben.page.reload()
  assert.match(await ben.page.locator('main').innerText(), /They are gone now/)
  assert.deepEqual([...ben.complaints, ...owner.complaints].filter((text) => !text.includes('400')), [])
})

test('an incident is told of, without JavaScript too', async () => {
  const quiet = await signedIn('grace.obi@hackney.example', { javaScript: false })
  await quiet.page.goto(`${platform.hub}/incidents/new`)
  await quiet.page.getByLabel('What it is', { exact: true }).fill('Bookings fail')
  await quiet.page.getByRole('radio', { name: 'Some calls fail' }).check()
  await quiet.page.getByLabel('APIs that it concerns').fill('bulky-waste')
  await quiet.page.getByLabel('What is known').fill('About one booking in ten fails.')
  await quiet.page.getByRole('button', { name: 'Tell it' }).click()
  const incident = quiet.page.url()
  assert.match(incident, /\/incidents\/[0-9a-f]{32}$/)
  const { page, complaints } = await signedIn('grace.obi@hackney.example')
  await page.goto(`${platform.hub}/incidents/new`)
  await seen(page, 'incident-new')
  await page.goto(incident)
  await seen(page, 'incident')
  const stranger = await openPage(browser)
  await stranger.page.goto(`${platform.hub}/status`)
  assert.match(await stranger.page.locator('main').innerText(), /Bookings fail/)
  await seen(stranger.page, 'status-incident')
  await page.getByRole('radio', { name: 'Resolved' }).check()
  await page.getByLabel('What is known now').fill('All bookings work.')
  await page.getByRole('button', { name: 'Tell it' }).click()
  assert.match(await page.locator('main').innerText(), /Over since/)
  assert.deepEqual([...complaints, ...stranger.complaints], [])
})

test('pages of the public fit any screen, and none scrolls sideways', async () => {
  for (const width of [320, 768, 1280]) {
    const { page, complaints } = await openPage(browser, { viewport: { width, height: 900 } })
    for (const path of ['/', '/guides', '/guides/getting-started', '/guides/errors', '/status', '/apis/bulky-waste/status', '/meetups', '/about']) {
      await page.goto(platform.hub + path)
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - document.documentElement.clientWidth)
      assert.ok(wide <= 0, `${path} is ${wide} pixels too wide at ${width}`)
      await accessible(page)
      if (path !== '/') await picture(page, `public${path.replaceAll(/[^a-z]+/gi, '-')}-${width}`)
    }
    assert.deepEqual(complaints, [])
  }
})

test('the guides are reached by keyboard alone', async () => {
  const { page } = await openPage(browser)
  await page.goto(`${platform.hub}/guides`)
  for (let presses = 0; presses < 60; presses++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => document.activeElement?.getAttribute('href'))
    if (at === '/guides/getting-started') break
  }
  await page.keyboard.press('Enter')
  await page.waitForURL('**/guides/getting-started')
  assert.match(await page.getByRole('heading', { level: 1 }).innerText(), /five minutes/)
})
