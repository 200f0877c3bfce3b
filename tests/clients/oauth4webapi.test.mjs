// Does oauth4webapi, which holds every answer to the letter of its standard, find nothing to object to?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as oauth from 'oauth4webapi'
import { called, startTown } from './town.mjs'

/** The demo speaks plain HTTP on this machine alone. */
const plain = { [oauth.allowInsecureRequests]: true }

let town
let server
let client
let proof

before(async () => {
  town = await startTown()
  const issuer = new URL(town.platform.hub)
  const answer = await oauth.discoveryRequest(issuer, { algorithm: 'oauth2', ...plain })
  server = await oauth.processDiscoveryResponse(issuer, answer)
  client = { client_id: town.id }
  proof = oauth.PrivateKeyJwt(town.key)
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
