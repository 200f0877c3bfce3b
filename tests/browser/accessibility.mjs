// Writes down what the browser tests found, for the accessibility statement: run the tests, then `node tests/browser/accessibility.mjs`.
import { readFile, rm, writeFile } from 'node:fs/promises'
import { fileURLToPath } from 'node:url'
import { RULES, SEEN } from './platform.mjs'

const RECORD = fileURLToPath(new URL('../../docs/accessibility.json', import.meta.url))
const axe = JSON.parse(await readFile(new URL('./package.json', import.meta.url), 'utf8')).devDependencies['axe-core']

/** Ids differ from run to run; what kind of page it is does not. */
const kind = (page) => page.replaceAll(/\/[0-9a-f]{32}(?=\/|$)/g, '/{id}')

const lines = (await readFile(SEEN, 'utf8')).trim().split('\n').map((line) => JSON.parse(line))
const pages = new Map()
for (const line of lines) {
  const page = kind(line.page)
  const known = pages.get(page) ?? { page, widths: [], passed: 0, violations: 0 }
  if (!known.widths.includes(line.width)) known.widths.push(line.width)
  known.passed = Math.max(known.passed, line.passed)
  known.violations += line.violations
  pages.set(page, known)
}
const sorted = [...pages.values()].sort((a, b) => (a.page < b.page ? -1 : 1))
for (const page of sorted) page.widths.sort((a, b) => a - b)
const record = { date: new Date().toISOString().slice(0, 10), browser: lines[0].browser, axe, rules: RULES, pages: sorted }
const text = JSON.stringify(record, null, 1).replaceAll(/\[\s+([\d,\s]+?)\s+\]/g, (_, list) => `[${list.replaceAll(/\s+/g, ' ')}]`)
await writeFile(RECORD, `${text}\n`)
await rm(SEEN)
console.log(`${sorted.length} pages, ${sorted.reduce((sum, page) => sum + page.violations, 0)} violations: ${RECORD}`)
