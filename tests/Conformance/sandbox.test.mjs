import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer } from './support.mjs'

describe('sandboxes', () => {
  let stop, Sandbox
  before(async () => {
    stop = await startServer()
    ;({ Sandbox } = await import('e2b'))
  })
  after(() => stop())

  it('are created with the defaults of the client, and killed', async () => {
    const sandbox = await Sandbox.create()
    assert.match(sandbox.sandboxId, /^[a-z0-9]+$/)
    assert.equal(await sandbox.isRunning(), true)
    assert.equal(await sandbox.kill(), true)
    assert.equal(await sandbox.isRunning(), false)
    assert.equal(await Sandbox.kill(sandbox.sandboxId), false)
  })

  it('tell about themselves', async () => {
    const sandbox = await Sandbox.create({ metadata: { purpose: 'info' }, timeoutMs: 120_000 })
    try {
      const info = await sandbox.getInfo()
      assert.equal(info.sandboxId, sandbox.sandboxId)
      assert.deepEqual(info.metadata, { purpose: 'info' })
      assert.equal(info.state, 'running')
      assert.ok(info.startedAt instanceof Date)
      const life = info.endAt - info.startedAt
      assert.ok(life > 115_000 && life < 125_000, `lives ${life} ms`)
      assert.ok(info.cpuCount > 0 && info.memoryMB > 0)
    } finally {
      await sandbox.kill()
    }
  })

  it('are listed by their metadata, in pages', async () => {
    const made = []
    try {
      for (let i = 0; i < 3; i++) made.push(await Sandbox.create({ metadata: { group: 'paged', n: String(i) } }))
      made.push(await Sandbox.create({ metadata: { group: 'other' } }))
      const pages = Sandbox.list({ query: { metadata: { group: 'paged' } }, limit: 2 })
      const first = await pages.nextItems()
      assert.equal(first.length, 2)
      assert.equal(pages.hasNext, true)
      const second = await pages.nextItems()
      assert.equal(second.length, 1)
      assert.equal(pages.hasNext, false)
      const ids = [...first, ...second].map((info) => info.sandboxId).sort()
      assert.deepEqual(ids, made.slice(0, 3).map((sandbox) => sandbox.sandboxId).sort())
    } finally {
      await Promise.all(made.map((sandbox) => sandbox.kill()))
    }
  })

  it('are connected to by their id', async () => {
    const sandbox = await Sandbox.create()
    try {
      await sandbox.files.write('/tmp/shared', 'from the first')
      const again = await Sandbox.connect(sandbox.sandboxId)
      assert.equal(await again.files.read('/tmp/shared'), 'from the first')
    } finally {
      await sandbox.kill()
    }
  })

  it('get a new lifetime', async () => {
    const sandbox = await Sandbox.create({ timeoutMs: 60_000 })
    try {
      await sandbox.setTimeout(600_000)
      const { endAt } = await sandbox.getInfo()
      const left = endAt - Date.now()
      assert.ok(left > 590_000 && left < 610_000, `${left} ms left`)
    } finally {
      await sandbox.kill()
    }
  })

  it('end with their lifetime', async () => {
    const sandbox = await Sandbox.create({ timeoutMs: 2_000 })
    // The command would run for longer than the sandbox lives: its stream is cut.
    await assert.rejects(sandbox.commands.run('sleep 60', { timeoutMs: 0 }))
    assert.equal(await sandbox.isRunning(), false)
  })

  it('hand their environment to every command', async () => {
    const sandbox = await Sandbox.create({ envs: { FROM_CREATE: 'yes' } })
    try {
      const { stdout } = await sandbox.commands.run('echo $FROM_CREATE $E2B_SANDBOX_ID')
      assert.equal(stdout.trim(), `yes ${sandbox.sandboxId}`)
    } finally {
      await sandbox.kill()
    }
  })
})
