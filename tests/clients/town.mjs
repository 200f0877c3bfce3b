// Which application do these tests have at the platform, and how does it prove itself?
import { createHash, createPrivateKey, createPublicKey, sign } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { startPlatform } from '../demo.mjs'
import { Person } from './person.mjs'

/** Where an application of a person's machine listens; nothing does in these tests. */
export const CALLBACK = 'http://127.0.0.1:41923/callback'

/**
 * A platform, the person who owns the application, the application's id and its private key, and an API that it was
 * granted: what an author of a client would have after an afternoon at the hub.
 */
export async function startTown() {
  const platform = await startPlatform()
  try {
    const ben = await Person.signedIn(platform, 'ben.carter@hackney.example')
    const { publicKey, privateKey } = await crypto.subtle.generateKey({ name: 'ECDSA', namedCurve: 'P-256' }, true, [
      'sign',
      'verify',
    ])
    const { id } = await ben.api('POST', '/applications', {
      name: 'Other people’s clients',
      owner: 'digital-services@hackney.example',
    })
    const { kty, crv, x, y } = await crypto.subtle.exportKey('jwk', publicKey)
    await ben.api('POST', `/applications/${id}/credentials`, { kind: 'public_key', publicKey: { kty, crv, x, y } })
    await ben.api('PUT', `/applications/${id}/oauth`, { redirectUris: [CALLBACK] })
    return { platform, ben, id, key: privateKey, stop: () => platform.stop() }
  } catch (error) {
    await platform.stop()
    throw error
  }
}

/** Amina, who may read repairs. */
export async function amina(platform) {
  return Person.signedIn(platform, 'amina.yusuf@hackney.example')
}

export const REPAIRS = '/repairs/v1/repairs'

/** What a gateway says to a call with this token. */
export async function called(platform, token) {
  const answer = await fetch(platform.production + REPAIRS, { headers: { authorization: `Bearer ${token}` } })
  return { status: answer.status, body: await answer.json() }
}

/**
 * An ID token as the demo's provider would sign it; only a program on this machine can read its key. For a person it is
 * for the hub as a client of the provider, for a service account for the hub's address.
 */
export async function idTokenOf(platform, claims) {
  const key = createPrivateKey(await readFile(join(platform.dir, 'identity-provider.key.pem')))
  const { crv, kty, x, y } = createPublicKey(key).export({ format: 'jwk' })
  const kid = createHash('sha256').update(JSON.stringify({ crv, kty, x, y })).digest('base64url')
  const toProvider = await fetch(`${platform.hub}/sign-in`, { redirect: 'manual' })
  const now = Math.floor(Date.now() / 1000)
  const said = { iss: new URL(toProvider.headers.get('location')).origin, iat: now, exp: now + 300, ...claims }
  const part = (value) => Buffer.from(JSON.stringify(value)).toString('base64url')
  const message = `${part({ alg: 'ES256', kid })}.${part(said)}`
  const signature = sign('sha256', Buffer.from(message), { key, dsaEncoding: 'ieee-p1363' })
  return { token: `${message}.${signature.toString('base64url')}`, issuer: said.iss }
}
