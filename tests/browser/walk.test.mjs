// Is every page that links lead to there, valid, light, and usable on a narrow screen and by keyboard?
//
// One walk for each kind of person, from the front page along every link. What is the same page with other data is
// looked at in the browser a few times, and asked for every time.
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { gzipSync } from 'node:zlib'
import { HtmlValidate, StaticConfigLoader } from 'html-validate'
import { accessible, openBrowser, openPage, signIn, startPlatform } from './platform.mjs'
import { attribute, walk } from './walker.mjs'

/** How many pages of one shape are opened in the browser. */
const OPENED_OF_A_SHAPE = 1
const MOST_BYTES = 100 * 1024
const WIDTHS = [320, 768, 1280]
/** Nobody presses Tab more often than that to get through a page. */
const MOST_TABS = 400

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

const validator = new HtmlValidate(
  new StaticConfigLoader({
    extends: ['html-validate:standard', 'html-validate:a11y'],
    rules: {
      // Matters of taste, not of the standard: how white space lies, and how void elements end.
      'no-trailing-whitespace': 'off',
      'void-style': 'off',
      'doctype-style': 'off',
      'attr-quotes': 'off',
      // A table that scrolls is a named region, as the design system has it; a section would be no landmark by itself.
      'prefer-native-element': 'off',
      'no-inline-style': 'error',
    },
  }),
)

/** What is wrong with the page's HTML, each with its place. */
async function faultsOf(html) {
  const report = await validator.validateString(html)
  return report.results.flatMap(({ messages }) =>
    messages.map(({ ruleId, message, line, column }) => `${ruleId} at ${line}:${column}: ${message}`),
  )
}

/** The page's address with names and numbers of things taken out, so that pages of one template are alike. */
function shapeOf(url) {
  const steps = url.pathname.split('/')
  const fixed = { apis: [0, 3], applications: [0], people: [0], groups: [0], grants: [0, 2], bundles: [0, 2], waivers: [0, 2], problems: [0], playbook: [0, 1] }
  const kept = fixed[steps[1]]
  if (!kept || steps.length < 3) return url.pathname
  return steps.slice(1).map((step, place) => (kept.includes(place) ? step : '*')).join('/')
}

/** What a page weighs with all that it loads, as it goes over the wire. */
async function weightOf(request, { html, headers, url }) {
  const onTheWire = (body, fields) => (fields['content-encoding'] === 'gzip' ? gzipSync(body).length : body.length)
  const loaded = [...attribute(html, 'link rel="stylesheet"', 'href'), ...attribute(html, 'script', 'src'), ...attribute(html, 'img', 'src')]
  let bytes = onTheWire(Buffer.from(html), headers)
  for (const link of new Set(loaded)) {
    const answer = await request.get(new URL(link, url).href, { headers: { 'Accept-Encoding': 'gzip' } })
    bytes += onTheWire(await answer.body(), answer.headers())
  }
  return bytes
}

/** Whether everything on the page that takes the focus gets it by Tab alone, and shows it. */
async function unreachable(page) {
  await page.evaluate(() => document.activeElement?.blur())
  const wanted = await page.evaluate(() => {
    const can = 'a[href], button, input:not([type=hidden]), select, textarea, summary, [tabindex="0"]'
    // Tabs that are not chosen are reached by arrows.
    const shown = (element) => element.checkVisibility() && !element.disabled && !element.closest('[inert], [tabindex="-1"][role=tab]')
    const groups = new Set()
    let count = 0
    for (const element of [...document.querySelectorAll(can)].filter(shown)) {
      // One Tab leads into a group of radio buttons; arrows lead on.
      if (element.type === 'radio') {
        const group = `${element.form?.id} ${element.name}`
        if (groups.has(group)) continue
        groups.add(group)
      }
      element.dataset.walk = `${count++}`
    }
    return count
  })
  const reached = new Set()
  const unseen = []
  for (let presses = 0; presses < Math.min(MOST_TABS, wanted + 10) && reached.size < wanted; presses++) {
    await page.keyboard.press('Tab')
    const at = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return undefined
      const style = getComputedStyle(element)
      const marked = style.outlineStyle !== 'none' || style.boxShadow !== 'none'
      const group = element.type === 'radio' ? document.querySelector(`[name="${CSS.escape(element.name)}"][data-walk]`) : element
      return { mark: (group ?? element).dataset.walk, marked, html: element.outerHTML.slice(0, 120) }
    })
    if (!at) continue
    if (at.mark !== undefined) reached.add(at.mark)
    if (!at.marked && !/type="(radio|checkbox|file)"/.test(at.html)) unseen.push(`no focus is shown on ${at.html}`)
  }
  return [...unseen, ...(reached.size < Math.min(wanted, MOST_TABS) ? [`only ${reached.size} of ${wanted} are reached by Tab`] : [])]
}

/** What is wrong with a page as a browser shows it, at each width. */
async function look(page, url) {
  const faults = []
  for (const width of WIDTHS) {
    await page.setViewportSize({ width, height: 900 })
    if (width === WIDTHS[0]) await page.goto(url.href)
    const { needs, has } = await page.evaluate(() => ({
      needs: document.documentElement.scrollWidth,
      has: document.documentElement.clientWidth,
    }))
    if (needs > has) faults.push(`at ${width} px the page is ${needs} px wide`)
    await accessible(page).catch((error) => faults.push(`at ${width} px: ${error.message}`))
  }
  faults.push(...(await unreachable(page)))
  return faults
}

const people = {
  'a stranger': undefined,
  'a consumer': 'ben.carter@hackney.example',
  'an owner': 'chloe.martin@hackney.example',
  'a standards editor': 'hana.lind@hackney.example',
  'an operator': 'grace.obi@hackney.example',
}

for (const [who, email] of Object.entries(people)) {
  test(`${who} meets no dead link, no invalid page and no page that only some can use`, async () => {
    const { page, context, complaints } = await openPage(browser)
    if (email) await signIn(page, platform, email)
    const { pages, dead, addresses } = await walk(context.request, platform.hub, '/')
    assert.deepEqual(dead, [], 'dead links')
    assert.ok(pages.length > 20, `${pages.length} pages are few`)

    const faults = []
    const opened = new Map()
    for (const found of pages) {
      const path = found.url.pathname + found.url.search
      for (const fault of await faultsOf(found.html)) faults.push(`${path}: ${fault}`)
      const policy = found.headers['content-security-policy'] ?? ''
      // WebAssembly may be compiled on the editor's page; no other word lets anything unsafe run.
      if (!policy.includes("default-src 'none'") || /'unsafe-/.test(policy)) faults.push(`${path}: its policy is ${policy}`)
      const shape = shapeOf(found.url)
      const times = opened.get(shape) ?? 0
      if (times >= OPENED_OF_A_SHAPE) continue
      opened.set(shape, times + 1)
      const bytes = await weightOf(context.request, found)
      if (bytes > MOST_BYTES) faults.push(`${path}: weighs ${bytes} bytes`)
      for (const fault of await look(page, found.url)) faults.push(`${path}: ${fault}`)
    }
    console.log(`${who}: ${addresses} addresses, ${pages.length} pages, ${opened.size} shapes`)
    assert.equal(faults.join('\n'), '')
    assert.deepEqual(complaints, [])
    await context.close()
  })
}
