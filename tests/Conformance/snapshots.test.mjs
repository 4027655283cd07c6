import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startServer, until } from './support.mjs'

describe('snapshots', () => {
  let stop, Sandbox
  before(async () => {
    stop = await startServer()
    ;({ Sandbox } = await import('e2b'))
  })
  after(() => stop())

  const all = async (opts) => {
    const found = []
    const pages = Sandbox.listSnapshots(opts)
    while (pages.hasNext) found.push(...(await pages.nextItems()))
    return found
  }

  it('have the files of their moment, while the original goes on', async () => {
    const original = await Sandbox.create({ envs: { FROM: 'the original' } })
    const made = [original]
    try {
      await original.files.write('/home/user/file', 'at the snapshot')
      await original.commands.run('rm /usr/bin/whoami && echo root > /opt/root && chmod 600 /opt/root', { user: 'root' })
      const counter = await original.commands.run('for i in $(seq 100000); do echo $i; sleep 0.05; done', { background: true, timeoutMs: 0 })
      const { snapshotId, names } = await original.createSnapshot()
      assert.match(snapshotId, /^[a-z0-9]{20}:default$/)
      assert.deepEqual(names, [])
      await original.files.write('/home/user/file', 'later')
      const counted = counter.stdout.length
      const { stdout } = await original.commands.run('sleep 0.3; whoami || echo gone')
      assert.equal(stdout.trim(), 'gone')
      assert.ok(counter.stdout.length > counted, 'the original counts on')

      for (let i = 0; i < 2; i++) {
        const copy = await Sandbox.create(snapshotId)
        made.push(copy)
        assert.notEqual(copy.sandboxId, original.sandboxId)
        assert.equal(await copy.files.read('/home/user/file'), 'at the snapshot')
        assert.equal((await copy.commands.run('whoami || echo gone; stat -c "%U %a" /opt/root; echo $FROM')).stdout, 'gone\nroot 600\nthe original\n')
        await copy.files.write('/home/user/file', `of copy ${i}`)
      }
      assert.equal(await original.files.read('/home/user/file'), 'later')
      assert.equal(await made[1].files.read('/home/user/file'), 'of copy 0')

      // One of a copy, and of that a copy: all that was written on the way is there.
      const second = await made[1].createSnapshot()
      const grandchild = await Sandbox.create(second.snapshotId)
      made.push(grandchild)
      assert.equal(await grandchild.files.read('/home/user/file'), 'of copy 0')
      assert.equal((await grandchild.commands.run('whoami || echo gone')).stdout.trim(), 'gone')

      // What a running sandbox was made from cannot be deleted; once nobody uses it, it can, and those made above it stay.
      await assert.rejects(Sandbox.deleteSnapshot(snapshotId), /running sandboxes using it/)
      await Promise.all(made.splice(1, 2).map((one) => one.kill()))
      assert.equal(await Sandbox.deleteSnapshot(snapshotId), true)
      assert.equal(await Sandbox.deleteSnapshot(snapshotId), false)
      await assert.rejects(Sandbox.create(snapshotId), /404|not found/)
      assert.equal((await grandchild.commands.run('whoami || echo gone')).stdout.trim(), 'gone')
      await grandchild.kill()
      assert.equal(await Sandbox.deleteSnapshot(second.snapshotId), true)
    } finally {
      await Promise.all(made.map((one) => one.kill()))
    }
  })

  it('are of one moment, also while everything is being written', async () => {
    const sandbox = await Sandbox.create()
    let copy
    try {
      // Two counters, always written one after the other, lie on both sides of something that takes long to copy.
      const program = `import os
os.makedirs('/home/user/data/b', exist_ok=True)
open('/home/user/data/b/large', 'wb').write(os.urandom(150_000_000))
print('ready', flush=True)
n = 0
while True:
    n += 1
    for name in ('a', 'c'):
        with open('/home/user/data/' + name + '.new', 'w') as f: f.write(str(n))
        os.rename('/home/user/data/' + name + '.new', '/home/user/data/' + name)`
      const writer = await sandbox.commands.run(`exec python3 -c "${program}"`, { background: true, timeoutMs: 0 })
      await until(() => writer.stdout.includes('ready') && sandbox.files.exists('/home/user/data/c'), 'it writes')
      const { snapshotId } = await sandbox.createSnapshot()
      copy = await Sandbox.create(snapshotId)
      const [a, c] = await Promise.all(['a', 'c'].map(async (name) => Number(await copy.files.read(`/home/user/data/${name}`))))
      assert.ok(a > 0 && (a === c || a === c + 1), `${a} and ${c}`)
      await copy.kill()
      await Sandbox.deleteSnapshot(snapshotId)
    } finally {
      await Promise.all([sandbox, copy].filter(Boolean).map((one) => one.kill()))
    }
  })

  it('have names and tags', async () => {
    const sandbox = await Sandbox.create()
    let copy
    try {
      await sandbox.files.write('/home/user/version', 'one')
      const first = await sandbox.createSnapshot({ name: 'Named' })
      assert.deepEqual(first, { snapshotId: 'local/named:default', names: ['local/named'] })
      await sandbox.files.write('/home/user/version', 'two')
      const second = await sandbox.createSnapshot({ name: 'named:v2' })
      assert.equal(second.snapshotId, 'local/named:v2')
      for (const [reference, version] of [['named', 'one'], ['local/named', 'one'], ['named:v2', 'two'], [second.snapshotId, 'two']]) {
        copy = await Sandbox.create(reference)
        assert.equal(await copy.files.read('/home/user/version'), version, reference)
        assert.equal((await copy.getInfo()).name, 'named')
        await copy.kill()
      }
      assert.deepEqual(await all({ name: 'named' }), [{ snapshotId: 'local/named:v2', names: ['local/named'] }])
      assert.deepEqual(await all({ name: 'named:default' }), [{ snapshotId: 'local/named:default', names: ['local/named'] }])
      assert.deepEqual(await all({ name: 'nobody' }), [])
      await assert.rejects(sandbox.createSnapshot({ name: 'other/named' }), /namespace/)
      assert.equal(await Sandbox.deleteSnapshot('local/named:v2'), true)
      assert.deepEqual(await all({ name: 'named' }), [])
    } finally {
      await sandbox.kill()
    }
  })

  it('are listed in pages, of one sandbox or of all', async () => {
    const [one, other] = await Promise.all([Sandbox.create(), Sandbox.create()])
    try {
      const made = []
      for (let i = 0; i < 3; i++) made.push((await one.createSnapshot()).snapshotId)
      made.push((await other.createSnapshot()).snapshotId)
      const newestFirst = made.toReversed()
      assert.deepEqual((await all({ limit: 2 })).map((snapshot) => snapshot.snapshotId), newestFirst)
      assert.deepEqual((await all({ sandboxId: one.sandboxId, limit: 1 })).map((snapshot) => snapshot.snapshotId), newestFirst.slice(1))
      await Promise.all(made.map((id) => Sandbox.deleteSnapshot(id)))
      assert.deepEqual(await all(), [])
    } finally {
      await Promise.all([one.kill(), other.kill()])
    }
  })
})

describe("what outlives the server", () => {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    it(`snapshots and paused sandboxes are there again after ${signal}`, async () => {
      const data = mkdtempSync(join(tmpdir(), 'e2b-restart-'))
      let stop = await startServer({ data })
      try {
        const { Sandbox, NotFoundError } = await import('e2b')
        const running = await Sandbox.create()
        const paused = await Sandbox.create({ metadata: { was: 'paused' }, envs: { GIVEN: 'once' }, timeoutMs: 60_000 })
        await paused.files.write('/home/user/file', 'in the paused one')
        await paused.commands.run('sleep 600', { background: true, timeoutMs: 0 })
        const snapshot = await paused.createSnapshot({ name: 'kept' })
        const copy = await Sandbox.create(snapshot.snapshotId)
        await copy.files.write('/home/user/copied', 'above a snapshot')
        await Promise.all([paused.pause(), copy.pause()])

        await stop(signal)
        stop = await startServer({ data })

        await assert.rejects(Sandbox.getInfo(running.sandboxId), NotFoundError)
        const info = await Sandbox.getInfo(paused.sandboxId)
        assert.equal(info.state, 'paused')
        assert.deepEqual(info.metadata, { was: 'paused' })
        const again = await Sandbox.connect(paused.sandboxId)
        assert.equal(await again.files.read('/home/user/file'), 'in the paused one')
        assert.equal((await again.commands.run('echo $GIVEN; pgrep -c sleep || true')).stdout, 'once\n0\n')
        const copied = await Sandbox.connect(copy.sandboxId)
        assert.equal(await copied.files.read('/home/user/file') + await copied.files.read('/home/user/copied'), 'in the paused oneabove a snapshot')
        const fresh = await Sandbox.create('kept')
        assert.equal(await fresh.files.read('/home/user/file'), 'in the paused one')
        await Promise.all([again, copied, fresh].map((one) => one.kill()))
        assert.equal(await Sandbox.deleteSnapshot('kept'), true)
      } finally {
        await stop()
        rmSync(data, { recursive: true, force: true })
      }
    })
  }
})
