// How does a test act for a person at the hub: sign in, read pages, send their forms, call the control API?
import assert from 'node:assert/strict'

const MOST_STEPS = 20

/** A browser without a screen: keeps cookies, follows redirects, sends the forms of pages. */
export class Person {
  #cookies = new Map()
  #platform

  constructor(platform) {
    this.#platform = platform
  }

  /** Somebody who has come in through the demo's own OpenID provider. */
  static async signedIn(platform, email) {
    const person = new Person(platform)
    const { text, url } = await person.open('/sign-in?return_to=/applications')
    const button = tags(text, 'button').find(({ inside }) => inside.includes(email))
    assert.ok(button, `${email} has a button`)
    const end = await person.send(formOf(text, url), { [button.name]: button.value })
    assert.equal(new URL(end.url).pathname, '/applications', end.text)
    return person
  }

  /** Opens an address and goes on as a browser would; stops before an address that is none of the demo's own. */
  async open(address) {
    return this.#follow(new URL(address, this.#platform.hub), {})
  }

  /** Sends a form with its hidden fields and these. A field with several values is a list. */
  async send(form, fields = {}) {
    const body = new URLSearchParams(form.fields)
    for (const [name, value] of Object.entries(fields)) {
      body.delete(name)
      for (const one of [value].flat()) body.append(name, one)
    }
    return this.#follow(new URL(form.action), { method: 'POST', body })
  }

  /** Opens the address to which an application sends people, and allows it what it asks for: the address of the answer. */
  async allow(address) {
    const page = await this.open(address)
    if (page.left) return new URL(page.url)
    const answer = await this.send(formOf(page.text, page.url, /consent/), { decision: 'allow' })
    assert.ok(answer.left, `the application is answered: ${answer.status} ${answer.text}`)
    return new URL(answer.url)
  }

  /** Lets a device in at the address that it shows. */
  async letDeviceIn(address) {
    const page = await this.open(address)
    const answer = await this.send(formOf(page.text, page.url, /device/), { decision: 'allow' })
    assert.match(answer.text, /You are signed in on your device/)
  }

  /** Calls the control API with the session. */
  async api(method, path, body) {
    const { text } = await this.open('/applications/new')
    const token = /name="form_token" value="([^"]+)"/.exec(text)[1]
    const answer = await fetch(`${this.#platform.hub}/api/v1${path}`, {
      method,
      headers: { cookie: this.#cookie(), 'hansom-form-token': token, 'content-type': 'application/json' },
      body: body && JSON.stringify(body),
    })
    const told = await answer.text()
    assert.ok(answer.ok, `${method} ${path}: ${answer.status} ${told}`)
    return told && JSON.parse(told)
  }

  #cookie() {
    return [...this.#cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  }

  async #follow(url, request) {
    for (let step = 0; step < MOST_STEPS; step++) {
      const atHub = url.origin === new URL(this.#platform.hub).origin
      const headers = { accept: 'text/html', ...(atHub && { cookie: this.#cookie() }) }
      if (atHub && request.method === 'POST') headers.origin = url.origin
      const answer = await fetch(url, { ...request, headers, redirect: 'manual' })
      if (atHub) for (const cookie of answer.headers.getSetCookie()) this.#keep(cookie)
      const text = await answer.text()
      const location = answer.headers.get('location')
      if (!location || answer.status < 300 || answer.status >= 400) {
        return { url: url.href, status: answer.status, headers: answer.headers, text }
      }
      const before = url
      url = new URL(location, url)
      request = {}
      const isOwn = url.origin === before.origin || url.pathname === '/authorize' || url.pathname === '/sign-in/callback'
      if (!isOwn) return { url: url.href, status: answer.status, headers: answer.headers, text, left: true }
    }
    throw new Error(`${url} leads on and on`)
  }

  #keep(cookie) {
    const [name, value] = cookie.split(';')[0].split(/=(.*)/)
    if (value) this.#cookies.set(name, value)
    else this.#cookies.delete(name)
  }
}

/** The form on a page whose action matches (or the first one that is sent by POST): where it goes and its hidden fields. */
export function formOf(text, url, action = /./) {
  for (const [, attributes, inside] of text.matchAll(/<form\b([^>]*)>([^]*?)<\/form>/g)) {
    const to = attribute(attributes, 'action') ?? url
    if (!/method="post"/i.test(attributes) || !action.test(to) || /sign-out/.test(to)) continue
    const hidden = tags(inside, 'input').filter(({ type }) => type === 'hidden')
    return { action: new URL(to, url).href, fields: hidden.map(({ name, value }) => [name, value]), inside }
  }
  throw new Error(`${url} has no such form:\n${text}`)
}

function tags(text, name) {
  const found = [...text.matchAll(new RegExp(`<${name}\\b([^>]*)>([^<]*)`, 'g'))]
  return found.map(([, attributes, inside]) => ({
    type: attribute(attributes, 'type'),
    name: attribute(attributes, 'name'),
    value: attribute(attributes, 'value') ?? '',
    inside: plain(inside),
  }))
}

function attribute(attributes, name) {
  const found = new RegExp(`\\b${name}="([^"]*)"`).exec(attributes)
  return found ? plain(found[1]) : undefined
}

function plain(html) {
  const named = { amp: '&', lt: '<', gt: '>', quot: '"' }
  return html.replace(/&(?:#x([0-9a-f]+)|#(\d+)|(amp|lt|gt|quot));/gi, (_, hex, number, name) =>
    name ? named[name] : String.fromCodePoint(hex ? parseInt(hex, 16) : Number(number)),
  )
}
