// Searches the playbook where no server does: the same words find the same pages as in the hub.
const here = document.currentScript.src
const found = document.getElementById('found')
const asked = (new URLSearchParams(location.search).get('q') ?? '').slice(0, 200)
const MOST_WORDS = 12
const MOST_FOUND = 50

const split = (text) => text.toLowerCase().split(/[^\p{L}\p{N}]+/u).filter(Boolean)

function stem (word) {
  // eslint-disable-next-line no-control-regex
  if (word.length < 4 || /[^\x00-\x7f]/.test(word) || /(ss|us|is)$/.test(word)) return word
  if (word.endsWith('ies')) return `${word.slice(0, -3)}y`
  if (/(sses|shes|ches|xes)$/.test(word)) return word.slice(0, -2)
  return word.endsWith('s') ? word.slice(0, -1) : word
}

const stems = (text) => split(text).map(stem)
const begins = (word, start) => [...start].length >= 3 && word.startsWith(start)

function counted (words) {
  const counts = new Map()
  for (const word of words) counts.set(word, (counts.get(word) ?? 0) + 1)
  return counts
}

function ofWord (entry, word) {
  const starts = (words) => words.some((known) => begins(known, word))
  if (entry.ids.includes(word)) return 60
  if (entry.titles.includes(word)) return 50
  if (starts(entry.titles)) return 25
  if (entry.abouts.includes(word)) return 20
  if (starts(entry.abouts)) return 10
  if (entry.texts.has(word)) return 3 + Math.min(entry.texts.get(word), 6)
  return [...entry.texts.keys()].some((known) => begins(known, word)) ? 2 : 0
}

function score (entry, words, everyWord) {
  if (entry.id && split(asked).join('') === split(entry.id).join('')) return 1000
  let total = 0
  for (const word of words) {
    const points = ofWord(entry, word)
    if (points === 0 && everyWord) return 0
    total += points
  }
  if (total === 0) return 0
  const title = split(entry.title).join(' ')
  const phrase = split(asked).join(' ')
  if (stems(title).join(' ') === stems(phrase).join(' ')) total += 500
  else if (title.includes(phrase)) total += 60
  return total
}

function find (entries, words, everyWord) {
  const hits = entries.map((entry) => ({ entry, points: score(entry, words, everyWord) }))
  return hits.filter(({ points }) => points > 0).sort((one, other) => other.points - one.points)
}

function made (name, className, ...children) {
  const element = document.createElement(name)
  if (className) element.className = className
  element.append(...children)
  return element
}

/** A text with the words that were looked for marked. */
function marked (text, words) {
  return text.split(/([\p{L}\p{N}]+)/u).map((part) => {
    const word = stem(part.toLowerCase())
    const wanted = words.some((known) => word === known || begins(word, known))
    return wanted ? made('mark', 'app-mark', part) : part
  })
}

function around (text, words) {
  const at = text.split(/([\p{L}\p{N}]+)/u).reduce((state, part) => {
    const word = stem(part.toLowerCase())
    if (state.at < 0 && words.some((known) => word === known || begins(word, known))) state.at = state.position
    state.position += part.length
    return state
  }, { at: -1, position: 0 }).at
  const from = text.lastIndexOf(' ', Math.max(0, at - 80)) + 1
  const to = from + 260 >= text.length ? text.length : text.lastIndexOf(' ', from + 260)
  return `${from > 0 ? '… ' : ''}${text.slice(from, to)}${to < text.length ? ' …' : ''}`
}

function search () {
  document.getElementById('q').value = asked
  const words = [...new Set(stems(asked).slice(0, MOST_WORDS))]
  if (words.length === 0) return
  const entries = globalThis.playbookIndex.map((entry) => ({
    ...entry,
    ids: stems(entry.id),
    titles: stems(entry.title),
    abouts: stems(entry.about),
    texts: counted(stems(entry.text)),
  }))
  let hits = find(entries, words, true)
  const whole = hits.length > 0 || words.length < 2
  if (!whole) hits = find(entries, words, false)
  const heading = made('h2', 'govuk-heading-m', `${hits.length} ${hits.length === 1 ? 'page' : 'pages'} found`)
  const list = made('ol', 'app-cards', ...hits.slice(0, MOST_FOUND).map(({ entry }) => {
    const link = made('a', 'govuk-link', ...(entry.id ? [`${entry.id} `] : []), ...marked(entry.title, words))
    link.href = new URL(`../${entry.href}`, here).href
    return made('li', 'app-card',
      made('h3', 'govuk-heading-s govuk-!-margin-bottom-1', link),
      made('p', 'govuk-body-s govuk-!-margin-bottom-1', entry.kind),
      made('p', 'govuk-body govuk-!-margin-bottom-0', ...marked(around(entry.text, words), words)))
  }))
  const told = whole ? [] : [made('p', 'govuk-body', 'No page has all of these words. These have some of them.')]
  found.replaceChildren(heading, ...told, list)
  document.title = `${asked} – ${document.title}`
}

search()
