// Does the harness see what it is there to see? A check that can not fail proves nothing about the hub.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, test } from 'node:test'
import { accessible, openBrowser, openPage } from './platform.mjs'

const good = '<main><h1>Repairs</h1><p>Report a repair.</p></main>'
const pages = {
  '/good': good,
  '/no-alternative': `${good}<img src="data:," width="40" height="40">`,
  '/pale': `${good}<main><p style="color:#bbb">You can hardly read this.</p></main>`,
  '/script': `${good}<script nonce="n">document.title = 'run'</script>`,
  '/inline-script': `${good}<script>document.title = 'run'</script>`,
}

let browser
let site
const server = createServer((request, response) => {
  const strict = request.url === '/pale' ? "style-src 'unsafe-inline'" : "style-src 'none'"
  response.setHeader('Content-Security-Policy', `default-src 'none'; script-src 'nonce-n'; img-src data:; ${strict}`)
  response.setHeader('Content-Type', 'text/html; charset=utf-8')
  response.end(`<!doctype html><html lang="en"><title>Repairs</title><body>${pages[request.url] ?? ''}`)
})

before(async () => {
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  site = `http://127.0.0.1:${server.address().port}`
  browser = await openBrowser()
})
after(async () => {
  await browser?.close()
  server.close()
})

async function open(path) {
  const opened = await openPage(browser)
  await opened.page.goto(site + path)
  return opened
}

test('a good page under a strict content security policy is accessible and draws no complaint', async () => {
  const { page, complaints } = await open('/good')
  await accessible(page)
  assert.deepEqual(complaints.filter((text) => !text.includes('favicon')), [])
})

test('a picture without an alternative is reported with its place', async () => {
  const { page } = await open('/no-alternative')
  await assert.rejects(accessible(page), /image-alt \(critical\)[^]*at img: <img src="data:,"/)
})

test('text with too little contrast is reported', async () => {
  const { page } = await open('/pale')
  await assert.rejects(accessible(page), /color-contrast/)
})

test('a script that the content security policy blocks is a complaint', async () => {
  const { page, complaints } = await open('/inline-script')
  assert.equal(await page.title(), 'Repairs', 'the script must not have run')
  assert.match(complaints.join('\n'), /Content Security Policy/)
})

test('a page with JavaScript switched off runs none', async () => {
  const { page } = await openPage(browser, { javaScript: false })
  await page.goto(`${site}/script`)
  assert.equal(await page.title(), 'Repairs')
})
