// A local server for one test file, and what the tests share.
import { spawn } from 'node:child_process'
import { randomUUID } from 'node:crypto'
import { once } from 'node:events'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'

const program = fileURLToPath(new URL('../../out/local-server/E2B.LocalServer.dll', import.meta.url))

const gitProgram = fileURLToPath(new URL('../GitServer/bin/Release/net10.0/GitServer.dll', import.meta.url))

// Nothing of the caller's own account may reach a test.
for (const name of Object.keys(process.env)) {
  if (name.startsWith('E2B_') && name !== 'E2B_SOAK') delete process.env[name]
}

/**
 * Starts a server, points the client at it through the environment, and returns how to end it.
 * With `data`, the server uses this folder, which stays; `signal` is how it is then ended. Sandboxes reach `hostPorts` of this machine.
 */
export async function startServer({ data: kept, hostPorts = [] } = {}) {
  const data = kept ?? mkdtempSync(join(tmpdir(), 'e2b-conformance-'))
  const server = spawn('dotnet', [program, 'serve', '--port', '0', '--data', data, ...hostPorts.flatMap((port) => ['--allow-host-port', port])], { stdio: ['ignore', 'pipe', 'inherit'] })
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

/** Starts a git server that asks for a password, with the repositories in `data`. */
export async function startGitServer() {
  const data = mkdtempSync(join(tmpdir(), 'e2b-conformance-git-'))
  const [username, password] = ['tester', `tok-${randomUUID()}`]
  const server = spawn('dotnet', [gitProgram, data], { stdio: ['pipe', 'pipe', 'inherit'], env: { ...process.env, GIT_SERVER_USER: username, GIT_SERVER_PASSWORD: password } })
  const exited = new Promise((resolve) => server.once('exit', resolve))
  const [port] = await once(createInterface({ input: server.stdout }), 'line')
  return {
    data, username, password, port,
    async stop() {
      server.stdin.end()
      const code = await exited
      rmSync(data, { recursive: true, force: true })
      if (code !== 0) throw new Error(`the git server ended with ${code}`)
    },
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
