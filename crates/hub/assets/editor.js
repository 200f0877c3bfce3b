// Lints while somebody types in the live editor. Without this script its form does the same on the hub.
const PAUSE_MS = 300
const LONGEST_MS = 20_000
const MOST_SHOWN = 500
const MOST_BYTES = 1024 * 1024
const LEVELS = { error: 'must', warning: 'should', information: 'may', hint: 'may' }

const form = document.getElementById('editor')
const contract = document.getElementById('contract')
const profile = document.getElementById('profile')
const result = document.getElementById('result')
const summary = document.getElementById('summary')
const findings = document.getElementById('findings')
const standards = result.dataset.standards

let worker
let running = false
let waiting = false
let pause
let limit

function start () {
  worker = new Worker(new URL('./editor-worker.js', import.meta.url))
  worker.addEventListener('message', ({ data }) => done(data))
  worker.addEventListener('error', () => stop('The engine could not be loaded. Use the button: the hub then checks the text.'))
}

function stop (text) {
  worker.terminate()
  worker = undefined
  done({ failure: text })
}

function later () {
  result.setAttribute('aria-busy', 'true')
  clearTimeout(pause)
  pause = setTimeout(now, PAUSE_MS)
}

function now () {
  clearTimeout(pause)
  result.setAttribute('aria-busy', 'true')
  waiting = running
  if (running) return
  if (contract.value.trim() === '') return show({ text: 'Nothing to check yet.' })
  if (new Blob([contract.value]).size > MOST_BYTES) {
    return show({ text: 'The contract is larger than 1 MiB. Use hansom lint in a terminal.' })
  }
  running = true
  if (!worker) start()
  limit = setTimeout(() => stop('The check took longer than 20 seconds and was stopped. Use hansom lint in a terminal.'), LONGEST_MS)
  worker.postMessage({ profile: profile.value, contract: contract.value })
}

function done ({ answer, failure }) {
  clearTimeout(limit)
  running = false
  if (waiting) return now()
  if (failure) return show({ text: failure })
  if (answer.fault) {
    const { what, mend, place } = answer.fault
    const span = place && { start: place, end: place }
    const text = 'The text cannot be read as a contract.'
    return show({ text, found: [{ level: 'error', what, mend, span }] })
  }
  const found = answer.verdict.findings
  show({ text: counted(found), found })
}

/** `3 findings: 1 must, 2 should` */
function counted (found) {
  if (found.length === 0) return 'No findings.'
  const counts = ['must', 'should', 'may']
    .map((word) => [found.filter(({ level }) => LEVELS[level] === word).length, word])
    .filter(([count]) => count > 0)
    .map((pair) => pair.join(' '))
  const cut = found.length > MOST_SHOWN ? ` The first ${MOST_SHOWN} are shown.` : ''
  return `${found.length} ${found.length === 1 ? 'finding' : 'findings'}: ${counts.join(', ')}.${cut}`
}

function show ({ text, found = [] }) {
  const lines = contract.value.split('\n')
  findings.replaceChildren(...found.slice(0, MOST_SHOWN).map((finding) => item(finding, lines)))
  if (summary.textContent !== text) summary.textContent = text
  if (!waiting) result.setAttribute('aria-busy', 'false')
}

function made (name, className, ...children) {
  const element = document.createElement(name)
  if (className) element.className = className
  element.append(...children)
  return element
}

function item ({ rule, level, span, what, mend }, lines) {
  const li = made('li', 'app-finding')
  const word = LEVELS[level]
  const heading = made('h3', 'govuk-heading-s govuk-!-margin-bottom-1')
  if (span) {
    const link = made('a', 'govuk-link', `Line ${span.start.line}, column ${span.start.column}`)
    link.href = '#contract'
    link.addEventListener('click', (event) => {
      event.preventDefault()
      select(span, lines)
    })
    heading.append(link, ' ')
  }
  if (rule) {
    const link = made('a', 'govuk-link app-standard', `${rule} `, made('span', `app-level app-level--${word}`, word))
    link.href = standards + encodeURIComponent(rule)
    heading.append(link)
    li.dataset.rule = rule
  }
  li.append(heading, made('p', 'govuk-body govuk-!-margin-bottom-1', sentence(what)))
  if (span) {
    const text = lines[span.start.line - 1] ?? ''
    if (text.trim() !== '') li.append(made('pre', 'app-code app-code--wrap', text.trim().slice(0, 200)))
    li.dataset.place = `${span.start.line}:${span.start.column}`
  }
  if (mend) li.append(made('p', 'govuk-body govuk-!-margin-bottom-0', sentence(mend)))
  return li
}

function sentence (text) {
  const first = text.split(' ')[0]
  const shown = /^[a-z,]+$/.test(first) ? text[0].toUpperCase() + text.slice(1) : text
  return /[.!?:]$/.test(shown) ? shown : `${shown}.`
}

/** Selects a stretch of the text and brings it into view. */
function select ({ start, end }, lines) {
  const at = ({ line, column }) => {
    const before = lines.slice(0, line - 1).reduce((sum, text) => sum + text.length + 1, 0)
    // Columns count characters; the text area counts UTF-16 units.
    return before + [...(lines[line - 1] ?? '')].slice(0, column - 1).join('').length
  }
  contract.focus()
  contract.setSelectionRange(at(start), at(end))
  const height = contract.scrollHeight / Math.max(lines.length, 1)
  contract.scrollTop = Math.max(0, (start.line - 4) * height)
}

contract.addEventListener('input', later)
profile.addEventListener('change', now)
form.addEventListener('submit', (event) => {
  event.preventDefault()
  now()
})
now()
