// Does openid-client, as most of npm uses it, get along with the authorisation server?
import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import * as client from 'openid-client'
import { called, startTown } from './town.mjs'

let town
let configuration

before(async () => {
  town = await startTown()
  configuration = await client.discovery(new URL(town.platform.hub), town.id, {}, client.PrivateKeyJwt(town.key), {
    algorithm: 'oauth2',
    execute: [client.allowInsecureRequests],
  })
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
