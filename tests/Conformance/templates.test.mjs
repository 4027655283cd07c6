import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer } from './support.mjs'

describe('snapshots as templates', () => {
  let stop, Sandbox, Template, Secret, snapshotId
  before(async () => {
    stop = await startServer()
    ;({ Sandbox, Template, Secret } = await import('e2b'))
    const sandbox = await Sandbox.create()
    await sandbox.files.write('/home/user/state', 'first')
    ;({ snapshotId } = await sandbox.createSnapshot({ name: 'tagged' }))
    await sandbox.kill()
  })
  after(() => stop())

  it('are there or not', async () => {
    assert.equal(snapshotId, 'local/tagged:default')
    assert.deepEqual(
      await Promise.all(['base', 'tagged', 'local/tagged', 'tagged:default', 'none'].map((name) => Template.exists(name))), [true, true, true, true, false])
    assert.equal(await Template.aliasExists('base'), true)
  })

  it('have tags, which sandboxes are made by', async () => {
    const { tags, buildId } = await Template.assignTags('tagged', ['v1', 'stable'])
    assert.deepEqual(tags, ['v1', 'stable'])
    const listed = await Template.getTags('tagged')
    assert.deepEqual(listed.map((one) => [one.tag, one.buildId]), [['default', buildId], ['stable', buildId], ['v1', buildId]])
    for (const one of listed) assert.ok(Math.abs(one.createdAt - Date.now()) < 600_000, String(one.createdAt))

    const changed = await Sandbox.create('tagged:v1')
    await changed.files.write('/home/user/state', 'second')
    await changed.createSnapshot({ name: 'tagged' })
    await changed.kill()
    for (const [name, state] of [['tagged:stable', 'first'], ['tagged', 'second']]) {
      const sandbox = await Sandbox.create(name)
      assert.equal(await sandbox.files.read('/home/user/state'), state)
      await sandbox.kill()
    }

    await Template.removeTags('tagged', ['v1', 'stable'])
    assert.deepEqual((await Template.getTags('tagged')).map((one) => one.tag), ['default'])
    await assert.rejects(Sandbox.create('tagged:stable'), /tag 'stable' does not exist/)
    await assert.rejects(Template.removeTags('tagged', 'default'), /Cannot delete the 'default' tag/)
    await assert.rejects(Template.assignTags('base', 'mine'), /access/)
    assert.equal(await Sandbox.deleteSnapshot('local/tagged'), true)
    assert.equal(await Template.exists('tagged'), false)
  })

  it('have no secrets beside them: the error says so', async () => {
    await assert.rejects(Secret.list().nextItems(), /the local server does not offer GET \/secrets \(no cloud: /)
  })
})
