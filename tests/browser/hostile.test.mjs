// Does a script run that somebody wrote into a contract, a form or an address?
//
// Every text that people can write is filled with ways to run one. Asserted in the browser: nothing ran, no box opened,
// and the content security policy had nothing to stop, since nothing got as far as that.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { openBrowser, openPage, signIn, startPlatform } from './platform.mjs'
import { walk } from './walker.mjs'

const RUN = 'top.ran=(top.ran||0)+1'
const MARKUP = [
  `<script>${RUN}</script>`,
  `"><script>${RUN}</script>`,
  `'><img src=x onerror=${RUN}>`,
  `"><svg/onload=${RUN}>`,
  `</title><script>${RUN}</script>`,
  `</textarea><script>${RUN}</script>`,
  `</script><script>${RUN}</script>`,
  `--><script>${RUN}</script><!--`,
  `]]><script>${RUN}</script>`,
  `" autofocus onfocus=${RUN} x="`,
  `' onmouseover=${RUN} x='`,
  `<details open ontoggle=${RUN}>`,
  `<iframe srcdoc="<script>${RUN}</script>"></iframe>`,
  `<iframe src="javascript:${RUN}"></iframe>`,
  `<object data="javascript:${RUN}"></object>`,
  `<math><mtext><table><mglyph><style><img src=x onerror=${RUN}></style></mglyph></table></mtext></math>`,
  `<noscript><p title="</noscript><img src=x onerror=${RUN}>"></noscript>`,
  `<form action="javascript:${RUN}"><button>Send</button></form>`,
  `<base href="javascript:${RUN}//">`,
  `<meta http-equiv="refresh" content="0;url=javascript:${RUN}">`,
  `<link rel="stylesheet" href="data:text/css,body{}">`,
  `<scr<script>ipt>${RUN}</scr</script>ipt>`,
  `&lt;script&gt;${RUN}&lt;/script&gt;`,
  `\u202e<script>${RUN}</script>`,
  `{{${RUN}}} \${${RUN}} <%=${RUN}%> #{${RUN}}`,
]
const ADDRESSES = [
  `javascript:${RUN}`,
  `JaVaScRiPt:${RUN}`,
  `java&#x09;script:${RUN}`,
  `&#106;avascript:${RUN}`,
  `data:text/html,<script>${RUN}</script>`,
  `vbscript:${RUN}`,
  `//evil.example/%22onclick=${RUN}`,
]
const MARKDOWN = [
  ...ADDRESSES.flatMap((address) => [`[a link](${address})`, `![a picture](${address})`, `<${address}>`]),
  `[a link](<https://hub.example/" onclick="${RUN}>)`,
  `[a link](https://hub.example/ "title\\" onmouseover=\\"${RUN}")`,
  `![alt" onerror="${RUN}](https://hub.example/x.png)`,
  `[by name][hostile]\n\n[hostile]: javascript:${RUN}`,
  `# heading <img src=x onerror=${RUN}>`,
  `| a | b |\n|---|---|\n| <script>${RUN}</script> | \`<img src=x onerror=${RUN}>\` |`,
  `\`\`\`"><script>${RUN}</script>\n<script>${RUN}</script>\n\`\`\``,
  `    <script>${RUN}</script>`,
  `- <svg onload=${RUN}>\n  1. <script>${RUN}</script>`,
  `> <script>${RUN}</script>`,
  `*<b onclick=${RUN}>*_<i onclick=${RUN}>_~~<s onclick=${RUN}>~~`,
  `[^1]: <script>${RUN}</script>\n\nfoot[^1]`,
]
const PROSE = [...MARKUP, ...MARKDOWN].join('\n\n')

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

const hostileRecord = Object.fromEntries(MARKUP.map((markup, number) => [`hostile${number}`, markup]))

/** A contract of the demo under another name, each of its texts, names of fields and examples turned hostile. */
async function hostileContract() {
  const answer = await fetch(`${platform.hub}/apis/bulky-waste/v1/bundle.json`)
  const contract = await answer.json()
  let turn = 0
  const next = () => MARKUP[turn++ % MARKUP.length]
  // What has to fit a schema stays; a field may be called `description`, too.
  const poison = (value, key, parent) => {
    if (['example', 'examples', 'default', 'enum', 'const'].includes(key) && parent !== 'properties') return value
    if (Array.isArray(value)) return value.map((item) => poison(item, key, value))
    if (value && typeof value === 'object') {
      const entries = Object.entries(value).map(([name, inner]) => [name, poison(inner, name, key)])
      return Object.fromEntries(entries)
    }
    if (typeof value !== 'string') return value
    if (key === 'description') return PROSE
    if (['summary', 'title'].includes(key) && parent !== 'properties') return `${next()} ${value}`.slice(0, 180)
    return value
  }
  const hostile = poison(contract)
  hostile.info.contact = { name: next(), email: 'waste-services@hackney.example', url: 'https://hub.hackney.example/' }
  hostile.info['x-api-id'] = '0d7c9f0e-3a56-4d0c-8f0b-61c1a9b3e0ff'
  hostile.servers = [{ url: '/hostile/v1', description: PROSE }]
  hostile.externalDocs = { url: `https://hub.example/?q=${encodeURIComponent(next())}`, description: PROSE }
  hostile.components.schemas.Hostile = {
    type: 'object',
    description: PROSE,
    // A name like that is refused before it is published, by the standard on names.
    properties: Object.fromEntries(
      MARKUP.map((markup, number) => [
        `hostile${number}`,
        { type: 'string', description: PROSE, default: markup, enum: [markup], examples: [markup] },
      ]),
    ),
    examples: [hostileRecord],
    required: Object.keys(hostileRecord),
  }
  const [first] = Object.values(hostile.paths)
  first.get.parameters = [
    ...(first.get.parameters ?? []),
    { name: 'hostile', in: 'query', description: PROSE, example: MARKUP[1], schema: { type: 'string', default: MARKUP[0], enum: MARKUP } },
  ]
  for (const media of Object.values(first.get.responses['200'].content)) {
    media.schema = { $ref: '#/components/schemas/Hostile' }
    delete media.examples
    media.example = hostileRecord
  }
  return hostile
}

const manifest = `api: hostile
title: ${JSON.stringify(MARKUP[2])}
owner: waste-services@hackney.example
kind: service
audience: public
status: alpha
personal_data: true
contract: openapi.yaml
environments:
  sandbox: { mock: true }
  production: { upstreams: ["http://127.0.0.1:9104"] }
access:
  - operations: ["*"]
    applications: granted
`

/** Opens every page in the browser; fails if anything ran. */
async function open(page, complaints, pages) {
  for (const { url } of pages) {
    await page.goto(url.href)
    // What waits for the pointer or the focus gets both.
    for (const link of await page.locator('main a, main summary, main [onclick], main [onmouseover]').all()) {
      await link.dispatchEvent('mouseover')
      await link.dispatchEvent('focus')
    }
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, `a script ran on ${url.href}`)
    const led = await page.evaluate(() =>
      [...document.querySelectorAll('a[href], area[href], form[action], iframe, object, embed, base, img[src]')]
        .map((element) => element.href ?? element.action ?? element.src ?? element.outerHTML)
        .filter((address) => !/^https?:\/\//.test(address) && !/^mailto:/.test(address)),
    )
    assert.deepEqual(led, [], `on ${url.href}`)
    const foreign = await page.evaluate(() => [...document.querySelectorAll('main script, main style, main svg[onload], main iframe, main object')].map((element) => element.outerHTML.slice(0, 200)))
    assert.deepEqual(foreign, [], `markup from outside on ${url.href}`)
  }
  assert.deepEqual(complaints, [])
}

test('no script in any field of a contract runs on any page about it', async () => {
  const { page, context, complaints } = await openPage(browser)
  page.on('dialog', (dialog) => {
    complaints.push(`${page.url()} opened a box: ${dialog.message()}`)
    return dialog.dismiss()
  })
  await signIn(page, platform, 'esther.cole@hackney.example')
  await page.goto(`${platform.hub}/applications/new`)
  const formToken = await page.locator('main [name=form_token]').inputValue()
  const published = await context.request.post(`${platform.hub}/api/v1/releases`, {
    headers: { 'Hansom-Form-Token': formToken },
    data: { manifest, contract: JSON.stringify(await hostileContract()), dryRun: false },
  })
  assert.equal(published.status(), 201, (await published.text()).slice(0, 6000))
  const about = (url) => url.pathname.startsWith('/apis/hostile') || url.pathname.startsWith('/scores')
  const { pages, dead } = await walk(context.request, platform.hub, '/apis/hostile/v1', about)
  assert.deepEqual(dead, [])
  assert.ok(pages.length > 15, `${pages.length} pages are few`)
  await open(page, complaints, [...pages, ...['/', '/?q=hostile', '/existing?name=hostile'].map((path) => ({ url: new URL(path, platform.hub) }))])
})

test('no script in what people write into forms and addresses runs', async () => {
  const { page, context, complaints } = await openPage(browser)
  await signIn(page, platform, 'ben.carter@hackney.example')
  const places = MARKUP.flatMap((markup) =>
    ['/?q=', '/existing?name=', '/playbook/search?q=', '/refusals?request_id=', '/sign-in?return_to=', '/apis/', '/apis/bulky-waste/v1/operations/'].map(
      (place) => ({ url: new URL(place + encodeURIComponent(markup), platform.hub) }),
    ),
  )
  for (const { url } of places) {
    await page.goto(url.href)
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, `a script ran on ${url.href}`)
  }
  for (const markup of MARKUP.slice(0, 6)) {
    await page.goto(`${platform.hub}/applications/new`)
    await page.locator('#name').fill(markup.slice(0, 60))
    await page.locator('#description').fill(PROSE.slice(0, 400))
    await page.getByRole('button', { name: 'Register the application' }).click()
    assert.equal(await page.evaluate(() => globalThis.ran), undefined, `a script ran on ${page.url()}`)
  }
  const { pages } = await walk(context.request, platform.hub, '/applications', (url) => url.pathname.startsWith('/applications'))
  const harmless = complaints.filter((text) => !/status of 40[04]/.test(text))
  await open(page, harmless, pages)
})
