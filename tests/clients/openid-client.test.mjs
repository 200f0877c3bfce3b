// Does openid-client, as most of npm uses it, get along with the authorisation server?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { CALLBACK, REPAIRS, amina, called, idTokenOf, startTown } from './town.mjs'

let town
let configuration
let person

before(async () => {
  town = await startTown()
  configuration = await client.discovery(new URL(town.platform.hub), town.id, {}, client.PrivateKeyJwt(town.key), {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  })
  person = await amina(town.platform)
})
after(() => town?.stop())

test('client credentials with private_key_jwt are worth a token that the gateway knows', async () => {
  const tokens = await client.clientCredentialsGrant(configuration, { resource: town.platform.production })
  assert.equal(tokens.token_type, 'bearer')
  const { status, body } = await called(town.platform, tokens.access_token)
  assert.deepEqual([status, body.code], [403, 'grant-missing'], 'it is known, and was granted nothing')
})

test('a token is introspected, revoked, and then inactive', async () => {
  const { access_token: token } = await client.clientCredentialsGrant(configuration)
  const seen = await client.tokenIntrospection(configuration, token)
  assert.deepEqual([seen.active, seen.client_id], [true, town.id])
  await client.tokenRevocation(configuration, token)
  assert.equal((await client.tokenIntrospection(configuration, token)).active, false)
})

/** Everything that a sign-in needs, by query or pushed. */
async function wanted(more = {}) {
  const verifier = client.randomPKCECodeVerifier()
  const state = client.randomState()
  const parameters = {
    redirect_uri: CALLBACK,
    resource: town.platform.production,
    code_challenge: await client.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...more,
  }
  return { parameters, checks: { pkceCodeVerifier: verifier, expectedState: state } }
}

async function signedIn() {
  const { parameters, checks } = await wanted()
  const answer = await person.allow(client.buildAuthorizationUrl(configuration, parameters))
  return client.authorizationCodeGrant(configuration, answer, checks)
}

test('a person lets the application in by code and PKCE, and it calls what the person may call', async () => {
  const tokens = await signedIn()
  assert.ok(tokens.refresh_token && tokens.expires_in <= 900)
  assert.equal((await called(town.platform, tokens.access_token)).status, 200)
})

test('an answer with another state, of another issuer, or with another verifier is worth nothing', async () => {
  const { parameters, checks } = await wanted()
  const answer = await person.allow(client.buildAuthorizationUrl(configuration, parameters))
  assert.equal(answer.searchParams.get('iss'), town.platform.hub, 'RFC 9207')
  const mixedUp = new URL(answer)
  mixedUp.searchParams.set('iss', 'https://evil.example')
  await assert.rejects(client.authorizationCodeGrant(configuration, mixedUp, checks))
  await assert.rejects(client.authorizationCodeGrant(configuration, answer, { ...checks, expectedState: 'another' }))
  const other = { ...checks, pkceCodeVerifier: client.randomPKCECodeVerifier() }
  await assert.rejects(client.authorizationCodeGrant(configuration, answer, other), { error: 'invalid_grant' })
})

test('a refresh token is good once: shown again, it takes everything with it', async () => {
  const first = await signedIn()
  const second = await client.refreshTokenGrant(configuration, first.refresh_token)
  assert.notEqual(second.refresh_token, first.refresh_token)
  assert.equal((await called(town.platform, second.access_token)).status, 200)
  await assert.rejects(client.refreshTokenGrant(configuration, first.refresh_token), { error: 'invalid_grant' })
  await assert.rejects(client.refreshTokenGrant(configuration, second.refresh_token), { error: 'invalid_grant' })
  assert.equal((await client.tokenIntrospection(configuration, second.access_token)).active, false)
  const deadline = Date.now() + 10_000
  let refused
  do refused = await called(town.platform, second.access_token)
  while (refused.status === 200 && Date.now() < deadline)
  assert.deepEqual([refused.status, refused.body.code], [401, 'token-revoked'], 'the gateway knows it too')
})

test('a pushed request carries no parameter through the browser', async () => {
  const { parameters, checks } = await wanted()
  const url = await client.buildAuthorizationUrlWithPAR(configuration, parameters)
  assert.deepEqual([...url.searchParams.keys()].sort(), ['client_id', 'request_uri'])
  const tokens = await client.authorizationCodeGrant(configuration, await person.allow(url), checks)
  assert.equal((await called(town.platform, tokens.access_token)).status, 200)
})

test('a device is let in by a person who types its code', async () => {
  const begun = await client.initiateDeviceAuthorization(configuration, { resource: town.platform.production })
  assert.match(begun.user_code, /^[B-Z]{4}-[B-Z]{4}$/)
  await person.letDeviceIn(begun.verification_uri_complete)
  const tokens = await client.pollDeviceAuthorizationGrant(configuration, begun)
  assert.equal((await called(town.platform, tokens.access_token)).status, 200)
})

test('tokens that are bound to a key by DPoP are worth nothing without it', async () => {
  const DPoP = client.getDPoPHandle(configuration, await client.randomDPoPKeyPair())
  const { parameters, checks } = await wanted()
  const answer = await person.allow(client.buildAuthorizationUrl(configuration, parameters))
  const tokens = await client.authorizationCodeGrant(configuration, answer, checks, undefined, { DPoP })
  assert.equal(tokens.token_type, 'dpop')
  const url = new URL(REPAIRS, town.platform.production)
  const used = await client.fetchProtectedResource(configuration, tokens.access_token, url, 'GET', undefined, undefined, {
    DPoP,
  })
  assert.equal(used.status, 200)
  assert.equal((await called(town.platform, tokens.access_token)).status, 401, 'a bound token is no bearer token')
})

const EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'
const ID_TOKEN = 'urn:ietf:params:oauth:token-type:id_token'
/** Amina, as the demo's provider knows her. */
const AMINA = '104417250038861920011'

test('an ID token of a person is exchanged for a token that calls what the person may call', async () => {
  const { token } = await idTokenOf(town.platform, { sub: AMINA, aud: 'hansom' })
  const wanted = { subject_token: token, subject_token_type: ID_TOKEN, resource: town.platform.production }
  const tokens = await client.genericGrantRequest(configuration, EXCHANGE, wanted)
  assert.equal(tokens.issued_token_type, 'urn:ietf:params:oauth:token-type:access_token')
  assert.equal(tokens.refresh_token, undefined)
  assert.equal((await called(town.platform, tokens.access_token)).status, 200)
})

test('an ID token that is over, for somebody else’s client, of nobody here or of another issuer is exchanged for nothing', async () => {
  const now = Math.floor(Date.now() / 1000)
  for (const claims of [
    { sub: AMINA, aud: 'another-client' },
    { sub: AMINA, aud: ['hansom', 'another-client'] },
    { sub: AMINA, aud: 'hansom', exp: now - 90 },
    { sub: AMINA, aud: 'hansom', iat: now + 3600, exp: now + 7200 },
    { sub: 'nobody', aud: 'hansom' },
    { sub: AMINA, aud: 'hansom', iss: 'https://evil.example' },
  ]) {
    const { token } = await idTokenOf(town.platform, claims)
    const wanted = { subject_token: token, subject_token_type: ID_TOKEN }
    const exchanged = client.genericGrantRequest(configuration, EXCHANGE, wanted)
    await assert.rejects(exchanged, { error: 'invalid_grant' }, JSON.stringify(claims))
  }
})
