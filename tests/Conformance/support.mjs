// A local server for one test file, and what the tests share.
import { spawn } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../out/local-server/E2B.LocalServer.dll', import.meta.url))

// Nothing of the caller's own account may reach a test.
for (const name of Object.keys(process.env)) {
  if (name.startsWith('E2B_') && name !== 'E2B_SOAK') delete process.env[name]
}

/**
 * Starts a server, points the client at it through the environment, and returns how to end it.
 * With `data`, the server uses this folder, which stays; `signal` is how it is then ended.
 */
export async function startServer({ data: kept } = {}) {
  const data = kept ?? mkdtempSync(join(tmpdir(), 'e2b-conformance-'))
  const server = spawn('dotnet', [program, 'serve', '--port', '0', '--data', data], { stdio: ['ignore', 'pipe', 'inherit'] })
  const exited = new Promise((resolve) => server.once('exit', resolve))
  let text = ''
  await new Promise((resolve, reject) => {
    server.once('error', reject)
    server.once('exit', (code) => reject(new Error(`the server ended with ${code} before it was ready`)))
    server.stdout.setEncoding('utf8').on('data', (chunk) => {
      text += chunk
      if (/^E2B_API_KEY=.*\n/m.test(text)) resolve()
    })
  })
  for (const line of text.trim().split('\n')) {
    const [name, ...value] = line.split('=')
    process.env[name] = value.join('=')
  }
  return async (signal = 'SIGTERM') => {
    server.kill(signal)
    const code = await exited
    if (!kept) rmSync(data, { recursive: true, force: true })
    if (signal === 'SIGTERM' && code !== 0) throw new Error(`the server ended with ${code} on SIGTERM`)
  }
}

/** Waits until a condition holds; a minute at most, since the machine may be busy. */
export async function until(condition, what) {
  for (const end = Date.now() + 60_000; Date.now() < end; ) {
    if (await condition()) return
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`did not come true: ${what}`)
}
