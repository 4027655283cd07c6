import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer } from './support.mjs'

describe('errors', () => {
  let stop, e2b
  before(async () => {
    stop = await startServer()
    e2b = await import('e2b')
  })
  after(() => stop())

  it('a wrong key is an authentication error', async () => {
    await assert.rejects(e2b.Sandbox.create({ apiKey: 'e2b_' + '0'.repeat(40) }), e2b.AuthenticationError)
  })

  it('an unknown template is not found', async () => {
    await assert.rejects(e2b.Sandbox.create('no-such-template'), /^SandboxError: 404: template 'no-such-template' not found/)
  })

  it('an unknown sandbox is not found', async () => {
    await assert.rejects(e2b.Sandbox.getInfo('i0000000000000000000'), e2b.SandboxNotFoundError)
  })

  it('a command in a sandbox that is gone says so', async () => {
    const sandbox = await e2b.Sandbox.create()
    await sandbox.kill()
    await assert.rejects(sandbox.commands.run('true'), (error) => error instanceof e2b.TimeoutError || error instanceof e2b.SandboxNotFoundError)
  })

  it('an unknown user is an authentication error', async () => {
    const sandbox = await e2b.Sandbox.create()
    try {
      await assert.rejects(sandbox.commands.run('true', { user: 'nobody-of-that-name' }), e2b.AuthenticationError)
    } finally {
      await sandbox.kill()
    }
  })

  it('a process that is not there is not found', async () => {
    const sandbox = await e2b.Sandbox.create()
    try {
      await assert.rejects(sandbox.commands.connect(999999), e2b.NotFoundError)
      assert.equal(await sandbox.commands.kill(999999), false)
    } finally {
      await sandbox.kill()
    }
  })

  it('what the server does not offer is an error, not a silent success', async () => {
    await assert.rejects(e2b.Sandbox.create({ mcp: { browserbase: {} } }), /mcp/i)
  })
})
