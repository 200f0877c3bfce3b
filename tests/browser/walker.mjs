// Which pages does one reach from a page, link by link?
import assert from 'node:assert/strict'

/** Nobody's walk is longer; a site that grows past it must be walked with more thought. */
const MOST_ADDRESSES = 4000
/** Lists can be filtered in more ways than anybody can walk. */
const QUERIES_OF_A_PATH = 12

/** The values of an attribute of all tags of that name, in order. */
export const attribute = (html, tag, name) =>
  [...html.matchAll(new RegExp(`<${tag}\\b[^>]*?\\s${name}="([^"]*)"`, 'gi'))].map((match) =>
    match[1].replaceAll('&#38;', '&').replaceAll('&amp;', '&').replaceAll('&#x26;', '&'),
  )

/**
 * Follows every link of an origin that `wanted` lets through, from a first path: the pages with their HTML and headers, the dead links as
 * sentences, and how many addresses were asked for.
 */
export async function walk(request, origin, first, wanted = () => true) {
  const waiting = [first]
  const from = new Map([[first, 'the start']])
  const queries = new Map()
  const dead = []
  const pages = []
  while (waiting.length) {
    const path = waiting.shift()
    const answer = await request.get(origin + path, { maxRedirects: 5, headers: { Accept: 'text/html,*/*', 'Accept-Encoding': 'gzip' } })
    if (answer.status() >= 400) {
      dead.push(`${path} answers ${answer.status()}; linked from ${from.get(path)}`)
      continue
    }
    const type = answer.headers()['content-type'] ?? ''
    const landed = new URL(answer.url())
    if (!type.startsWith('text/html') || landed.origin !== origin) continue
    const html = await answer.text()
    pages.push({ url: landed, html, headers: answer.headers() })
    for (const link of [...attribute(html, 'a', 'href'), ...attribute(html, 'link', 'href'), ...attribute(html, 'script', 'src'), ...attribute(html, 'img', 'src')]) {
      const url = new URL(link, landed)
      if (url.origin !== origin || url.pathname === '/sign-out' || !wanted(url)) continue
      if (url.hash && url.pathname === landed.pathname && url.search === landed.search && !html.includes(`id="${decodeURIComponent(url.hash.slice(1))}"`)) {
        dead.push(`${path} leads to ${url.hash}, and there is none on it`)
      }
      const next = url.pathname + url.search
      if (from.has(next)) continue
      if (url.search) {
        const seen = queries.get(url.pathname) ?? 0
        if (seen >= QUERIES_OF_A_PATH) continue
        queries.set(url.pathname, seen + 1)
      }
      from.set(next, path)
      waiting.push(next)
    }
    assert.ok(from.size <= MOST_ADDRESSES, `there are more than ${MOST_ADDRESSES} addresses`)
  }
  return { pages, dead, addresses: from.size }
}

