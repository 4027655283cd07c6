// E2B.Core in a process of its own, asked in JSON: one line there, one line back.
import { spawn } from 'node:child_process'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('./Peer/bin/Release/net10.0/Peer.dll', import.meta.url))

/** Starts it for one sandbox of the official client's; returns how to ask and how to end it. */
export function startPeer(sandbox) {
  const peer = spawn('dotnet', [program], { stdio: ['pipe', 'pipe', 'inherit'] })
  const exited = new Promise((resolve) => peer.once('exit', resolve))
  const lines = createInterface({ input: peer.stdout })[Symbol.asyncIterator]()
  const about = { sandbox: sandbox.sandboxId, token: sandbox.envdAccessToken, version: sandbox.envdApi.version, domain: sandbox.sandboxDomain }
  return {
    async ask(request) {
      peer.stdin.write(JSON.stringify({ ...about, ...request }) + '\n')
      const { value: line, done } = await lines.next()
      if (done) throw new Error('the peer ended')
      const answer = JSON.parse(line)
      if (answer.error) throw Object.assign(new Error(answer.message), { name: answer.error })
      return answer.value
    },
    async stop() {
      peer.stdin.end()
      const code = await exited
      if (code !== 0) throw new Error(`the peer ended with ${code}`)
    },
  }
}
