// Which application do these tests have at the platform, and how does it prove itself?
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
    return { platform, ben, id, key: privateKey, stop: () => platform.stop() }
  } catch (error) {
    await platform.stop()
    throw error
  }
}

/** What a gateway says to a call with this token. */
export async function called(platform, token) {
  const answer = await fetch(`${platform.production}/repairs/v1/repairs`, { headers: { authorization: `Bearer ${token}` } })
  return { status: answer.status, body: await answer.json() }
}
