// Does oauth4webapi, which holds every answer to the letter of its standard, find nothing to object to?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { setTimeout as pause } from 'node:timers/promises'
import * as oauth from 'oauth4webapi'
import { CALLBACK, amina, called, idTokenOf, startTown } from './town.mjs'

/** The demo speaks plain HTTP on this machine alone. */
const plain = { [oauth.allowInsecureRequests]: true }

let town
let server
let client
let proof
let person

before(async () => {
  town = await startTown()
  const issuer = new URL(town.platform.hub)
  const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain })
  server = await oauth.processDiscoveryResponse(issuer, answer)
  client = { client_id: town.id }
  proof = oauth.PrivateKeyJwt(town.key)
  person = await amina(town.platform)
})
after(() => town?.stop())

async function clientCredentials(parameters = {}) {
  const answer = await oauth.clientCredentialsGrantRequest(server, client, proof, parameters, plain)
  return oauth.processClientCredentialsResponse(server, client, answer)
}

/** Holds an access token against RFC 9068 as a resource server would, with the keys that the server publishes. */
async function validated(token, audience, options = {}) {
  const request = new Request(audience, { headers: { authorization: `Bearer ${token}` } })
  return oauth.validateJwtAccessToken(server, request, audience, { ...plain, ...options })
}

test('client credentials with private_key_jwt are worth a token as RFC 9068 has it', async () => {
  const { production, sandbox } = town.platform
  const tokens = await clientCredentials({ resource: production })
  const claims = await validated(tokens.access_token, production)
  assert.deepEqual([claims.client_id, claims.sub], [town.id, town.id])
  await assert.rejects(validated(tokens.access_token, sandbox), { code: oauth.JWT_CLAIM_COMPARISON })
  const { status, body } = await called(town.platform, tokens.access_token)
  assert.deepEqual([status, body.code], [403, 'grant-missing'], 'it is known, and was granted nothing')
})

test('an assertion of another application’s key is invalid_client', async () => {
  const { privateKey } = await oauth.generateKeyPair('ES256')
  const answer = await oauth.clientCredentialsGrantRequest(server, client, oauth.PrivateKeyJwt(privateKey), {}, plain)
  await assert.rejects(oauth.processClientCredentialsResponse(server, client, answer), { error: 'invalid_client' })
})

test('a token is introspected, revoked, and then inactive', async () => {
  const { access_token: token } = await clientCredentials()
  const introspected = async () => {
    const answer = await oauth.introspectionRequest(server, client, proof, token, plain)
    return oauth.processIntrospectionResponse(server, client, answer)
  }
  const seen = await introspected()
  assert.deepEqual([seen.active, seen.client_id, seen.iss], [true, town.id, server.issuer])
  await oauth.processRevocationResponse(await oauth.revocationRequest(server, client, proof, token, plain))
  assert.deepEqual(await introspected(), { active: false })
})

async function wanted(more = {}) {
  const verifier = oauth.generateRandomCodeVerifier()
  const state = oauth.generateRandomState()
  const parameters = {
    client_id: town.id,
    response_type: 'code',
    redirect_uri: CALLBACK,
    resource: town.platform.production,
    code_challenge: await oauth.calculatePKCECodeChallenge(verifier),
    code_challenge_method: 'S256',
    state,
    ...more,
  }
  return { parameters, verifier, state }
}

/** From the answer of a person to tokens. Checks `iss` as RFC 9207 has it, since the metadata promises it. */
async function tokensOf(answer, { verifier, state }, options = {}) {
  const checked = oauth.validateAuthResponse(server, client, answer, state)
  const sent = { ...plain, ...options }
  const got = await oauth.authorizationCodeGrantRequest(server, client, proof, checked, CALLBACK, verifier, sent)
  return oauth.processAuthorizationCodeResponse(server, client, got)
}

async function signedIn() {
  const asked = await wanted()
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams(asked.parameters)
  return tokensOf(await person.allow(url), asked)
}

test('a person’s token is as RFC 9068 has it, and names who is called by and for whom', async () => {
  const tokens = await signedIn()
  const claims = await validated(tokens.access_token, town.platform.production)
  assert.equal(claims.client_id, town.id)
  assert.notEqual(claims.sub, town.id)
  assert.deepEqual(claims.groups, ['housing-officers@hackney.example'])
  assert.equal(typeof claims.auth_time, 'number')
  assert.equal((await called(town.platform, tokens.access_token)).status, 200)
})

test('a person who says no, and a request that asks too much, are told with state and issuer', async () => {
  for (const [more, error] of [
    [{ code_challenge_method: 'plain' }, 'invalid_request'],
    [{ code_challenge: '' }, 'invalid_request'],
    [{ response_type: 'token' }, 'unsupported_response_type'],
    [{ resource: 'https://evil.example' }, 'invalid_target'],
    [{ prompt: 'none' }, 'consent_required'],
  ]) {
    const asked = await wanted(more)
    const url = new URL(server.authorization_endpoint)
    url.search = new URLSearchParams(asked.parameters)
    const answer = new URL((await person.open(url)).url)
    assert.throws(() => oauth.validateAuthResponse(server, client, answer, asked.state), { error }, `${answer}`)
  }
})

test('a refresh token rotates, and one that is shown again ends its family', async () => {
  const first = await signedIn()
  const refreshed = async (token) => {
    const answer = await oauth.refreshTokenGrantRequest(server, client, proof, token, plain)
    return oauth.processRefreshTokenResponse(server, client, answer)
  }
  const second = await refreshed(first.refresh_token)
  await validated(second.access_token, town.platform.production)
  await assert.rejects(refreshed(first.refresh_token), { error: 'invalid_grant' })
  await assert.rejects(refreshed(second.refresh_token), { error: 'invalid_grant' })
})

test('of two who show a refresh token at once one gets tokens, and they end', async () => {
  const { refresh_token: token } = await signedIn()
  const shown = () => oauth.refreshTokenGrantRequest(server, client, proof, token, plain)
  const answers = await Promise.all([shown(), shown(), shown()])
  assert.deepEqual(answers.map(({ status }) => status).sort(), [200, 400, 400])
  const won = await oauth.processRefreshTokenResponse(server, client, answers.find(({ status }) => status === 200))
  const again = await oauth.refreshTokenGrantRequest(server, client, proof, won.refresh_token, plain)
  await assert.rejects(oauth.processRefreshTokenResponse(server, client, again), { error: 'invalid_grant' })
})

test('a request is pushed, and its name works once', async () => {
  const asked = await wanted()
  const answer = await oauth.pushedAuthorizationRequest(server, client, proof, asked.parameters, plain)
  const { request_uri } = await oauth.processPushedAuthorizationResponse(server, client, answer)
  const url = new URL(server.authorization_endpoint)
  url.search = new URLSearchParams({ client_id: town.id, request_uri })
  await tokensOf(await person.allow(url), asked)
  assert.equal((await person.open(url)).status, 400)
})

test('a device waits, is let in, and its code is used up', async () => {
  const begun = await oauth.deviceAuthorizationRequest(server, client, proof, { resource: town.platform.sandbox }, plain)
  const device = await oauth.processDeviceAuthorizationResponse(server, client, begun)
  const polled = async () => {
    const answer = await oauth.deviceCodeGrantRequest(server, client, proof, device.device_code, plain)
    return oauth.processDeviceCodeResponse(server, client, answer)
  }
  await assert.rejects(polled(), { error: 'authorization_pending' })
  await assert.rejects(polled(), { error: 'slow_down' })
  await person.letDeviceIn(device.verification_uri_complete)
  await pause(15_000)
  const tokens = await polled()
  await validated(tokens.access_token, town.platform.sandbox)
  await pause(10_000)
  await assert.rejects(polled(), { error: 'invalid_grant' })
})

test('a token by DPoP is bound to the key of its proof, in the token and in what is told of it', async () => {
  const pair = await oauth.generateKeyPair('ES256')
  const DPoP = oauth.DPoP(client, pair)
  const parameters = { resource: town.platform.production }
  const answer = await oauth.clientCredentialsGrantRequest(server, client, proof, parameters, { DPoP, ...plain })
  const tokens = await oauth.processClientCredentialsResponse(server, client, answer)
  assert.equal(tokens.token_type, 'dpop')
  const seen = await oauth.introspectionRequest(server, client, proof, tokens.access_token, plain)
  const { cnf, token_type: kind } = await oauth.processIntrospectionResponse(server, client, seen)
  assert.deepEqual([typeof cnf.jkt, kind], ['string', 'DPoP'])
})

test('a service account proves its application by an ID token, and by one for us alone', async () => {
  const account = { sub: '117483920174839201748', email: 'tracker@hackney-prod.iam.example', email_verified: true }
  const { token, issuer } = await idTokenOf(town.platform, { ...account, aud: town.platform.hub })
  const { sub: subject, email } = account
  await town.ben.api('POST', `/applications/${town.id}/service-accounts`, { issuer, subject, email })
  const exchanged = async (subject_token) => {
    const parameters = {
      subject_token,
      subject_token_type: 'urn:ietf:params:oauth:token-type:id_token',
      resource: town.platform.production,
    }
    const exchange = 'urn:ietf:params:oauth:grant-type:token-exchange'
    const none = oauth.None()
    const answer = await oauth.genericTokenEndpointRequest(server, client, none, exchange, parameters, plain)
    return oauth.processGenericTokenEndpointResponse(server, client, answer)
  }
  const tokens = await exchanged(token)
  const claims = await validated(tokens.access_token, town.platform.production)
  assert.deepEqual([claims.sub, claims.client_id], [town.id, town.id])
  for (const spoiled of [
    { ...account, aud: 'https://elsewhere.example' },
    { ...account, aud: town.platform.hub, email_verified: false },
    { ...account, aud: town.platform.hub, email: 'another@hackney-prod.iam.example' },
    { ...account, aud: town.platform.hub, sub: 'another' },
  ]) {
    const { token } = await idTokenOf(town.platform, spoiled)
    await assert.rejects(exchanged(token), { error: 'invalid_grant' }, JSON.stringify(spoiled))
  }
})
