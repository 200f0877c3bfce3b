// Does Hansom sign people in at an OpenID provider that others wrote and certified, and nobody whom it does not prove?
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { createServer } from 'node:http'
import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, beforeEach, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import { Provider } from 'oidc-provider'
import { binary } from '../demo.mjs'

const MOST_STEPS = 20
const READY_WITHIN_MS = 60_000
const ADA = {
  sub: 'person-1',
  email: 'ada@hackney.example',
  email_verified: true,
  name: 'Ada Okoro',
  groups: ['housing-officers@hackney.example'],
}

let hub
let issuer
let scratch
let hansom
/** The provider at work, and what it would say of whoever signs in. */
let provider
let person
/** What becomes of an ID token on its way. */
let spoiled
const server = createServer((request, response) => {
  if (request.url.startsWith('/interaction/')) decide(request, response)
  else provider.callback()(request, response)
})

before(async () => {
  const [hubPort, operations, production] = await Promise.all([freePort(), freePort(), freePort()])
  hub = `http://127.0.0.1:${hubPort}`
  await new Promise((done) => server.listen(0, '127.0.0.1', done))
  issuer = `http://127.0.0.1:${server.address().port}`
  provider = await providerWith()
  scratch = await mkdtemp(join(tmpdir(), 'hansom-provider-'))
  await writeFile(join(scratch, 'secret'), 'a secret of forty characters, more or less')
  await writeFile(
    join(scratch, 'hansom.toml'),
    `[hub]
listen = "127.0.0.1:${hubPort}"
url = "${hub}"
[operations]
listen = "127.0.0.1:${operations}"
[environments.production]
listen = "127.0.0.1:${production}"
url = "http://127.0.0.1:${production}"
[database]
url = "sqlite://${scratch}/hansom.db"
[keys]
master_key_file = "master.key"
[state]
directory = "state"
[identity]
issuer = "${issuer}"
client_id = "hansom"
client_secret_file = "secret"
name = "The council"
[platform]
administrators = "api-platform@hackney.example"
`,
  )
  hansom = spawn(binary, ['serve', '--config', join(scratch, 'hansom.toml')], { stdio: 'ignore' })
  process.on('exit', () => hansom.kill('SIGKILL'))
  await until(async () => (await fetch(`http://127.0.0.1:${operations}/ready`)).ok)
})
after(async () => {
  const ended = hansom && new Promise((done) => hansom.on('exit', done))
  hansom?.kill('SIGTERM')
  await Promise.race([ended, pause(10_000, undefined, { ref: false })])
  hansom?.kill('SIGKILL')
  server.closeAllConnections()
  server.close()
  if (scratch) await rm(scratch, { recursive: true, force: true })
})
beforeEach(() => {
  person = { ...ADA }
  spoiled = undefined
})

async function freePort() {
  const probe = createServer()
  await new Promise((done) => probe.listen(0, '127.0.0.1', done))
  const { port } = probe.address()
  await new Promise((done) => probe.close(done))
  return port
}

async function until(isSo) {
  const deadline = Date.now() + READY_WITHIN_MS
  for (;;) {
    if (await isSo().catch(() => false)) return
    if (hansom.exitCode !== null || Date.now() > deadline) throw new Error('hansom serve did not get ready')
    await pause(50)
  }
}

const keys = Promise.all([
  key({ name: 'RSASSA-PKCS1-v1_5', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' }, 'RS256'),
  key({ name: 'ECDSA', namedCurve: 'P-256' }, 'ES256'),
  key({ name: 'Ed25519' }, 'EdDSA'),
])

async function key(algorithm, alg) {
  const { privateKey } = await crypto.subtle.generateKey(algorithm, true, ['sign', 'verify'])
  const { kty, crv, x, y, d, n, e, p, q, dp, dq, qi } = await crypto.subtle.exportKey('jwk', privateKey)
  return { kty, crv, x, y, d, n, e, p, q, dp, dq, qi, kid: alg, use: 'sig' }
}

/** A provider that knows the hub, with ID tokens of that algorithm. Its claims stand in the ID token. */
async function providerWith(alg = 'RS256') {
  const jwks = JSON.parse(JSON.stringify({ keys: await keys }))
  const made = new Provider(issuer, {
    clients: [
      {
        client_id: 'hansom',
        client_secret: 'a secret of forty characters, more or less',
        redirect_uris: [`${hub}/sign-in/callback`],
        backchannel_logout_uri: `${hub}/sign-in/back-channel-logout`,
        backchannel_logout_session_required: true,
        id_token_signed_response_alg: alg,
      },
    ],
    jwks,
    cookies: { keys: ['a key for the cookies of this test'] },
    claims: { openid: ['sub'], email: ['email', 'email_verified'], profile: ['name', 'groups'] },
    conformIdTokenClaims: false,
    enabledJWA: { idTokenSigningAlgValues: ['RS256', 'PS256', 'ES256', 'EdDSA', 'HS256'] },
    features: { devInteractions: { enabled: false }, backchannelLogout: { enabled: true } },
    // Its own way to fetch refuses addresses of this machine, and the hub of this test has no other.
    fetch: (url, { dispatcher: _guard, ...options }) => fetch(url, options),
    findAccount: (_, accountId) => ({ accountId, claims: () => person }),
    interactions: { url: (_, { uid }) => `/interaction/${uid}` },
    pkce: { required: () => true },
    ttl: { AccessToken: 300, AuthorizationCode: 60, Grant: 300, IdToken: 300, Interaction: 300, Session: 300 },
  })
  made.use(async (context, next) => {
    await next()
    if (context.path === '/token' && spoiled) context.body.id_token = await spoiled(context.body.id_token)
  })
  return made
}

/** Whoever comes signs in and agrees. */
async function decide(request, response) {
  const { prompt, params } = await provider.interactionDetails(request, response)
  let result = { login: { accountId: person.sub } }
  if (prompt.name === 'consent') {
    const grant = new provider.Grant({ accountId: person.sub, clientId: params.client_id })
    grant.addOIDCScope('openid email profile')
    result = { consent: { grantId: await grant.save() } }
  }
  await provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true })
}

/** One step of a browser with these cookies by origin. */
async function visit(jars, url, form) {
  const jar = jars[url.origin]
  assert.ok(jar, `${url} is neither the hub nor the provider`)
  const cookie = [...jar].map(([name, value]) => `${name}=${value}`).join('; ')
  const body = form && new URLSearchParams(form)
  const method = form ? 'POST' : 'GET'
  const answer = await fetch(url, { method, body, headers: { accept: 'text/html', cookie }, redirect: 'manual' })
  for (const line of answer.headers.getSetCookie()) {
    const [name, value] = line.split(';')[0].split(/=(.*)/)
    jar.set(name, value)
  }
  return answer
}

/** From the hub to the provider and back, as a browser goes: where it ends, and its cookies. */
async function signIn(jars = { [hub]: new Map(), [issuer]: new Map() }) {
  let url = new URL('/sign-in?return_to=/account', hub)
  for (let step = 0; step < MOST_STEPS; step++) {
    const answer = await visit(jars, url)
    const location = answer.headers.get('location')
    if (!location) return { status: answer.status, url, text: await answer.text(), cookies: jars[hub], jars }
    url = new URL(location, url)
  }
  throw new Error('the sign-in goes round in circles')
}

/** Signs out at the provider, which asks once. */
async function signOutThere(jars) {
  const asked = await visit(jars, new URL('/session/end', issuer))
  const [, xsrf] = (await asked.text()).match(/name="xsrf" value="([^"]+)"/)
  const ended = await visit(jars, new URL('/session/end/confirm', issuer), { xsrf, logout: 'yes' })
  assert.ok(ended.status < 400, await ended.text())
}

async function me({ cookies }) {
  const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join('; ')
  const answer = await fetch(`${hub}/api/v1/me`, { headers: { cookie } })
  return { status: answer.status, ...(await answer.json()) }
}

async function refused(status, what) {
  const end = await signIn()
  assert.equal(end.status, status, `${what}: ${end.text}`)
  assert.equal(end.url.pathname, '/sign-in/callback', what)
  assert.equal((await me(end)).status, 401, what)
}

test('a person comes in with the groups that the provider tells, by each algorithm that it may sign with', async () => {
  for (const alg of ['RS256', 'PS256', 'ES256', 'EdDSA']) {
    provider = await providerWith(alg)
    const end = await signIn()
    assert.deepEqual([end.status, end.url.pathname], [200, '/account'], `${alg}: ${end.text}`)
    const { name, groups } = await me(end)
    assert.deepEqual([name, groups], [ADA.name, ADA.groups], alg)
  }
  provider = await providerWith()
})

test('the same subject is the same person whatever the address, and a new subject is a new one', async () => {
  const first = await me(await signIn())
  person = { ...ADA, email: 'ada.new@hackney.example', groups: [] }
  const renamed = await me(await signIn())
  assert.deepEqual([renamed.id, renamed.groups], [first.id, []])
  person = { ...ADA, sub: 'person-2', groups: [] }
  const newcomer = await me(await signIn())
  assert.notEqual(newcomer.id, first.id)
  assert.deepEqual(newcomer.groups, [], 'what the old owner of the address was in stays hers')
})

test('who signs out at the provider is signed out of the hub, in every browser that this session reached, and nobody else is', async () => {
  const first = await signIn()
  // Another browser of the same session at the provider; and one of another session of the same person.
  const same = await signIn({ [hub]: new Map(), [issuer]: first.jars[issuer] })
  const other = await signIn()
  for (const end of [first, same, other]) assert.equal((await me(end)).status, 200)
  await signOutThere(first.jars)
  await until(async () => (await me(first)).status === 401 && (await me(same)).status === 401)
  assert.equal((await me(other)).status, 200)
  assert.equal((await signIn()).status, 200, 'and may come in again')
})

test('an ID token that is signed with our secret is no proof', async () => {
  provider = await providerWith('HS256')
  await refused(400, 'HS256')
  provider = await providerWith()
})

test('an ID token that is cut, unsigned, of another sign-in or changed on its way is no proof', async () => {
  let kept
  spoiled = (token) => (kept = token)
  assert.equal((await signIn()).status, 200)
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const claims = (token) => JSON.parse(Buffer.from(token.split('.')[1], 'base64url'))
  for (const [what, spoil] of [
    ['of another sign-in, so with another nonce', () => kept],
    ['without a signature', (token) => `${token.split('.').slice(0, 2).join('.')}.`],
    ['alg none', (token) => `${part({ alg: 'none' })}.${token.split('.')[1]}.`],
    ['with more groups', (token) => {
      const [head, , signature] = token.split('.')
      return `${head}.${part({ ...claims(token), groups: ['api-platform@hackney.example'] })}.${signature}`
    }],
    ['with another audience', (token) => {
      const [head, , signature] = token.split('.')
      return `${head}.${part({ ...claims(token), aud: 'another' })}.${signature}`
    }],
  ]) {
    spoiled = spoil
    await refused(400, what)
  }
})

test('an address that is not verified, and groups that are not told, bring nobody in', async () => {
  person = { ...ADA, email_verified: false }
  await refused(403, 'not verified')
  person = { ...ADA, groups: undefined }
  const end = await signIn()
  assert.equal(end.status, 503, end.text)
})
