// Runs the standards engine beside the live editor's page, so that the page never waits for it.
const decoder = new TextDecoder()
const encoder = new TextEncoder()
const engine = fetch(new URL('./standards.wasm', self.location))
  .then((file) => WebAssembly.instantiateStreaming(file))
  .then(({ instance }) => instance.exports)

/** The engine's answer to a contract held to a profile: {verdict} or {fault}. */
function lint (exports, profile, contract) {
  const text = encoder.encode(`${profile}\n${contract}`)
  const room = exports.take(text.length)
  new Uint8Array(exports.memory.buffer, room, text.length).set(text)
  const answer = exports.lint(room, text.length)
  const length = new DataView(exports.memory.buffer).getUint32(answer, true)
  const json = decoder.decode(new Uint8Array(exports.memory.buffer, answer + 4, length))
  exports.give_back(answer)
  return JSON.parse(json)
}

self.addEventListener('message', async ({ data: { profile, contract } }) => {
  try {
    self.postMessage({ answer: lint(await engine, profile, contract) })
  } catch (error) {
    self.postMessage({ failure: String(error) })
  }
})
