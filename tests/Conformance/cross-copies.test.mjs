// The official client and E2B.Core side by side: what one pauses or copies, the other resumes or uses.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startPeer } from './peer.mjs'
import { startServer, until } from './support.mjs'

describe('the official client and E2B.Core, pausing and copying', () => {
  let stop, e2b, sandbox, peer
  before(async () => {
    stop = await startServer()
    e2b = await import('e2b')
    sandbox = await e2b.Sandbox.create({ timeoutMs: 600_000, metadata: { made: 'by js' } })
    peer = startPeer(sandbox)
  })
  after(async () => {
    await peer?.stop()
    await sandbox?.kill()
    await stop()
  })

  const all = async (pages) => {
    const found = []
    while (pages.hasNext) found.push(...(await pages.nextItems()))
    return found
  }

  it('resume what the other paused, with the process and its memory', async () => {
    const counter = 'n=1000000; while sleep 0.02; do n=$((n+1)); echo $n > /tmp/count; done'
    const { pid } = await sandbox.commands.run(counter, { background: true, timeoutMs: 0 })
    await until(() => sandbox.files.exists('/tmp/count'), 'it counts')
    const isThere = async () => {
      const count = async () => Number(await sandbox.files.read('/tmp/count'))
      assert.ok((await sandbox.commands.list()).some((process) => process.pid === pid))
      const before = await count()
      assert.ok(before > 1000000)
      await until(async () => (await count()) > before, 'it counts on')
    }

    assert.equal(await peer.ask({ do: 'pause' }), true)
    assert.equal(await peer.ask({ do: 'pause' }), false)
    assert.equal(await sandbox.pause(), false)
    assert.equal((await sandbox.getInfo()).state, 'paused')
    await sandbox.connect()
    await isThere()

    assert.equal(await sandbox.pause(), true)
    assert.equal(await peer.ask({ do: 'resume' }), 'Memory')
    await isThere()
    assert.equal(await peer.ask({ do: 'resume' }), 'None')

    assert.equal(await peer.ask({ do: 'pause', keepMemory: false }), true)
    assert.equal(await peer.ask({ do: 'resume' }), 'Files')
    assert.ok(!(await sandbox.commands.list()).some((process) => process.pid === pid))
    assert.equal(await sandbox.pause(), true)
    assert.equal(await peer.ask({ do: 'resume', keepMemory: false }), 'Files')
  })

  it('make a lifetime longer only, as the other sees', async () => {
    await sandbox.setTimeout(300_000)
    const end = (await sandbox.getInfo()).endAt.getTime()
    await peer.ask({ do: 'resume', timeout: 10 })
    assert.equal((await sandbox.getInfo()).endAt.getTime(), end)
    await peer.ask({ do: 'resume', timeout: 900 })
    const longer = (await sandbox.getInfo()).endAt.getTime()
    assert.ok(longer > end + 500_000)
    await e2b.Sandbox.connect(sandbox.sandboxId, { timeoutMs: 10_000 })
    assert.equal(await peer.ask({ do: 'endAt' }), longer)
  })

  it('make sandboxes from the snapshots of the other', async () => {
    await sandbox.files.write('/home/user/state', 'at the snapshot')
    const ours = await peer.ask({ do: 'snapshot', name: 'by-core:one' })
    const theirs = await sandbox.createSnapshot()
    assert.deepEqual(ours, { snapshotId: 'local/by-core:one', names: ['local/by-core'] })
    await sandbox.files.write('/home/user/state', 'later')

    const fromOurs = await e2b.Sandbox.create(ours.snapshotId)
    const fromTheirs = await e2b.Sandbox.connect(await peer.ask({ do: 'create', template: theirs.snapshotId }))
    for (const copy of [fromOurs, fromTheirs]) {
      assert.equal(await copy.files.read('/home/user/state'), 'at the snapshot')
      await copy.kill()
    }

    assert.deepEqual(await peer.ask({ do: 'snapshots', limit: 1 }), await all(e2b.Sandbox.listSnapshots({ limit: 1 })))
    assert.deepEqual(await peer.ask({ do: 'snapshots', of: sandbox.sandboxId }), await all(sandbox.listSnapshots()))
    assert.deepEqual(await peer.ask({ do: 'snapshots', name: 'by-core' }), [ours])
    assert.equal(await peer.ask({ do: 'deleteSnapshot', snapshot: theirs.snapshotId }), true)
    assert.equal(await e2b.Sandbox.deleteSnapshot(theirs.snapshotId), false)
    assert.equal(await e2b.Sandbox.deleteSnapshot(ours.snapshotId), true)
    assert.equal(await peer.ask({ do: 'deleteSnapshot', snapshot: ours.snapshotId }), false)
  })

  it('fork alike', async () => {
    await sandbox.files.write('/home/user/state', 'at the fork')
    const ids = await peer.ask({ do: 'fork', count: 2, timeout: 100 })
    const forks = await Promise.all(ids.map((id) => e2b.Sandbox.connect(id, { timeoutMs: 1_000 })))
    for (const fork of [...forks, ...(await sandbox.fork({ count: 1 }))]) {
      assert.equal(await fork.files.read('/home/user/state'), 'at the fork')
      assert.deepEqual((await fork.getInfo()).metadata, { made: 'by js' })
      await fork.kill()
    }

    await sandbox.pause()
    await assert.rejects(peer.ask({ do: 'fork', count: 1 }), { name: 'E2BConflictException', message: /paused/ })
    await assert.rejects(peer.ask({ do: 'snapshot' }), { name: 'E2BConflictException', message: /paused/ })
    await sandbox.connect()
    await assert.rejects(peer.ask({ do: 'snapshot', sandbox: 'i0000000000000000000' }), { name: 'SandboxNotFoundException' })
  })
})
