import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { startServer } from './support.mjs'

describe('files', () => {
  let stop, e2b, sandbox
  before(async () => {
    stop = await startServer()
    e2b = await import('e2b')
    sandbox = await e2b.Sandbox.create()
  })
  after(async () => {
    await sandbox?.kill()
    await stop()
  })

  it('hold text', async () => {
    const written = await sandbox.files.write('notes/grüße.txt', 'grüße €\n')
    assert.equal(written.path, '/home/user/notes/grüße.txt')
    assert.equal(await sandbox.files.read('notes/grüße.txt'), 'grüße €\n')
  })

  it('hold bytes', async () => {
    const bytes = randomBytes(3 * 1024 * 1024 + 17)
    await sandbox.files.write('/tmp/bytes', new Blob([bytes]))
    const read = await sandbox.files.read('/tmp/bytes', { format: 'bytes' })
    assert.deepEqual(Buffer.from(read), bytes)
  })

  it('are read as a stream', async () => {
    await sandbox.files.write('/tmp/streamed', 'x'.repeat(1_000_000))
    let length = 0
    for await (const chunk of await sandbox.files.read('/tmp/streamed', { format: 'stream' })) length += chunk.length
    assert.equal(length, 1_000_000)
  })

  it('are written several at once', async () => {
    await sandbox.files.write([
      { path: '/tmp/several/a', data: 'A' },
      { path: '/tmp/several/b', data: 'B' },
    ])
    assert.equal(await sandbox.files.read('/tmp/several/b'), 'B')
  })

  it('are told about', async () => {
    await sandbox.files.write('/tmp/told', '12345')
    const info = await sandbox.files.getInfo('/tmp/told')
    assert.equal(info.name, 'told')
    assert.equal(info.type, 'file')
    assert.equal(info.size, 5)
    assert.equal(info.owner, 'user')
    assert.equal(await sandbox.files.exists('/tmp/told'), true)
    assert.equal(await sandbox.files.exists('/tmp/untold'), false)
  })

  it('are listed', async () => {
    await sandbox.files.write('/tmp/listed/one', '1')
    await sandbox.files.write('/tmp/listed/deep/two', '2')
    const names = (await sandbox.files.list('/tmp/listed')).map((entry) => `${entry.name}:${entry.type}`).sort()
    assert.deepEqual(names, ['deep:dir', 'one:file'])
  })

  it('are missed by a type of their own', async () => {
    await assert.rejects(sandbox.files.read('/tmp/nothing-here'), e2b.FileNotFoundError)
  })

  it('belong to the user who writes', async () => {
    await sandbox.files.write('/tmp/of-root', 'r', { user: 'root' })
    assert.equal((await sandbox.files.getInfo('/tmp/of-root')).owner, 'root')
  })
})
