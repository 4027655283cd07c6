import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startServer } from './support.mjs'

// The client has a variable of its own for where the files of volumes are, and reaches them by https otherwise.
const useServer = () => { process.env.E2B_VOLUME_API_URL = process.env.E2B_API_URL }

const text = async (stream) => await new Response(stream).text()

describe('volumes', () => {
  let stop, Volume, Sandbox, errors
  before(async () => {
    stop = await startServer()
    useServer()
    errors = await import('e2b')
    ;({ Volume, Sandbox } = errors)
  })
  after(async () => {
    await stop()
    delete process.env.E2B_VOLUME_API_URL
  })

  const raw = (path, { token, method = 'GET', body } = {}) =>
    fetch(process.env.E2B_API_URL + path, { method, body, headers: token ? { authorization: `Bearer ${token}` } : { 'x-api-key': process.env.E2B_API_KEY } })

  it('are made, listed, found by id, and deleted', async () => {
    const first = await Volume.create('first')
    assert.match(first.volumeId, /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/)
    assert.equal(first.name, 'first')
    const second = await Volume.create('Second_2')
    assert.deepEqual(await Volume.list(), [{ volumeId: first.volumeId, name: 'first' }, { volumeId: second.volumeId, name: 'Second_2' }])

    const info = await Volume.getInfo(second.volumeId)
    assert.equal(info.name, 'Second_2')
    assert.equal(info.token, second.token)
    assert.notEqual(info.token, first.token)
    assert.match(info.domain, /^localhost:\d+$/)
    const connected = await Volume.connect(first.volumeId)
    await first.writeFile('/here', 'x')
    assert.equal(await connected.readFile('/here'), 'x')

    await assert.rejects(Volume.create('first'), /Volume with name 'first' already exists/)
    await assert.rejects(Volume.create('not a name'), /Invalid volume name/)
    assert.equal((await raw('/volumes', { method: 'POST', body: '{"name":"line\\n"}' })).status, 400)
    assert.equal((await raw('/volumes/nonsense')).status, 400)

    assert.equal(await Volume.destroy(first.volumeId), true)
    assert.equal(await Volume.destroy(first.volumeId), false)
    await assert.rejects(Volume.getInfo(first.volumeId), errors.VolumeNotFoundError)
    await assert.rejects(connected.readFile('/here'), /not found/i)
    const again = await Volume.create('first')
    assert.equal(await again.exists('/here'), false)
    await Volume.destroy(again.volumeId)
    await Volume.destroy(second.volumeId)
    assert.deepEqual(await Volume.list(), [])
  })

  it('give and take files in every form', async () => {
    const volume = await Volume.create('files')
    const before = Date.now() - 2000
    const written = await volume.writeFile('/text', 'tëxt')
    assert.deepEqual(
      { ...written, atime: 0, mtime: 0, ctime: 0 },
      { name: 'text', type: 'file', path: '/text', size: 5, mode: 0o666, uid: 9090, gid: 9090, atime: 0, mtime: 0, ctime: 0 }
    )
    for (const time of [written.atime, written.mtime, written.ctime]) assert.ok(time.getTime() > before && time.getTime() < Date.now() + 2000, `${time}`)
    assert.equal(await volume.readFile('/text'), 'tëxt')
    assert.equal(await volume.readFile('text'), 'tëxt')
    assert.equal(await volume.readFile('/./a/../text'), 'tëxt')
    assert.deepEqual(await volume.readFile('/text', { format: 'bytes' }), new TextEncoder().encode('tëxt'))
    assert.equal(await (await volume.readFile('/text', { format: 'blob' })).text(), 'tëxt')
    assert.equal(await text(await volume.readFile('/text', { format: 'stream' })), 'tëxt')

    const bytes = new Uint8Array(3_000_000).map((_, i) => (i * 31) % 251)
    await volume.writeFile('/bytes', bytes.buffer)
    assert.deepEqual(await volume.readFile('/bytes', { format: 'bytes' }), bytes)
    await volume.writeFile('/blob', new Blob(['of a blob']))
    assert.equal(await volume.readFile('/blob'), 'of a blob')
    await volume.writeFile('/stream', new Blob(['of a ', 'stream']).stream())
    assert.equal(await volume.readFile('/stream'), 'of a stream')
    await volume.writeFile('/empty', '')
    assert.equal(await volume.readFile('/empty'), '')
    assert.deepEqual(await volume.readFile('/empty', { format: 'bytes' }), new Uint8Array())

    await assert.rejects(volume.writeFile('/text', 'other'), /409.*exists/s)
    await volume.writeFile('/text', 'new', { force: true })
    assert.equal(await volume.readFile('/text'), 'new')
    await assert.rejects(volume.writeFile('/no/such/dir', ''), errors.VolumePathNotFoundError)
    const deep = await volume.writeFile('/made/for/it', 'deep', { force: true, uid: 1000, gid: 1001, mode: 0o640 })
    assert.deepEqual([deep.uid, deep.gid, deep.mode], [1000, 1001, 0o640])
    const above = await volume.getInfo('/made/for')
    assert.deepEqual([above.type, above.uid, above.gid, above.mode], ['directory', 1000, 1001, 0o777])
    await assert.rejects(volume.writeFile('/text/below', 'x', { force: true }), /a directory/i)
    await assert.rejects(volume.writeFile('/made', 'x', { force: true }), /directory/)
    await assert.rejects(volume.readFile('/made'), /directory/)
    await assert.rejects(volume.readFile('/none'), errors.VolumePathNotFoundError)
    await assert.rejects(volume.writeFile('/x', '', { uid: 65536 }), /65535/)
    await Volume.destroy(volume.volumeId)
  })

  it('have directories', async () => {
    const volume = await Volume.create('directories')
    const made = await volume.makeDir('/b', { mode: 0o750, uid: 7, gid: 8 })
    assert.deepEqual([made.name, made.type, made.path, made.mode, made.uid, made.gid], ['b', 'directory', '/b', 0o750, 7, 8])
    await assert.rejects(volume.makeDir('/b'), /409.*exists/s)
    assert.equal((await volume.makeDir('/b', { force: true })).uid, 7)
    await assert.rejects(volume.makeDir('/x/y'), errors.VolumePathNotFoundError)
    assert.equal((await volume.makeDir('/x/y/z', { force: true })).mode, 0o777)
    await volume.writeFile('/x/y/file', '1')
    await volume.writeFile('/a', '')
    await assert.rejects(volume.makeDir('/a', { force: true }), /exists/)

    const paths = async (...args) => (await volume.list(...args)).map((entry) => entry.path)
    assert.deepEqual(await paths('/'), ['/a', '/b', '/x'])
    assert.deepEqual(await paths('/x'), ['/x/y'])
    assert.deepEqual(await paths('/', { depth: 3 }), ['/a', '/b', '/x', '/x/y', '/x/y/file', '/x/y/z'])
    assert.deepEqual(await paths('/b'), [])
    await assert.rejects(volume.list('/none'), errors.VolumePathNotFoundError)
    await assert.rejects(volume.list('/', { depth: 11 }), /depth must be between 1 and 10/)
    await assert.rejects(volume.list('/a'), /directory/)
    const root = await volume.getInfo('/')
    assert.deepEqual([root.name, root.path, root.type], ['/', '/', 'directory'])

    assert.equal(await volume.exists('/x/y/file'), true)
    assert.equal(await volume.exists('/x/y/none'), false)
    const updated = await volume.updateMetadata('/x/y/file', { mode: 0o600, uid: 11 })
    assert.deepEqual([updated.mode, updated.uid, updated.gid], [0o600, 11, 9090])
    await assert.rejects(volume.updateMetadata('/none', { mode: 0o600 }), errors.VolumePathNotFoundError)
    await volume.remove('/x')
    assert.equal(await volume.exists('/x'), false)
    await assert.rejects(volume.remove('/x'), errors.VolumePathNotFoundError)
    await assert.rejects(volume.remove('/'), /cannot delete root/)
    assert.deepEqual(await paths('/'), ['/a', '/b'])
    await Volume.destroy(volume.volumeId)
  })

  it('are the same in several sandboxes at once, with the owners as inside', async () => {
    const volume = await Volume.create('shared')
    await volume.writeFile('/for-user', 'from outside', { uid: 1000, gid: 1000, mode: 0o600 })
    await volume.writeFile('/for-root', 'secret', { uid: 0, gid: 0, mode: 0o600 })
    const mounts = { volumeMounts: { '/mnt/data': volume } }
    const [a, b] = await Promise.all([Sandbox.create(mounts), Sandbox.create({ volumeMounts: { '/home/user/deep/er': volume, '/second': 'shared' } })])
    try {
      assert.deepEqual((await a.getInfo()).volumeMounts, [{ name: 'shared', path: '/mnt/data' }])
      assert.deepEqual((await Sandbox.list().nextItems()).find((one) => one.sandboxId === b.sandboxId).volumeMounts.map((one) => one.path), ['/home/user/deep/er', '/second'])
      assert.equal((await a.commands.run('cat /mnt/data/for-user; cat /mnt/data/for-root 2>&1 || true')).stdout, 'from outsidecat: /mnt/data/for-root: Permission denied\n')
      assert.equal((await a.commands.run('cat /mnt/data/for-root', { user: 'root' })).stdout, 'secret')
      await a.commands.run('echo by user > /mnt/data/u && mkdir /mnt/data/dir')
      await a.commands.run('echo by root > /mnt/data/r && chown 123:456 /mnt/data/r', { user: 'root' })
      assert.equal((await b.commands.run('cd /home/user/deep/er && stat -c "%n %u %g" u r dir && cat u')).stdout, 'u 1000 1000\nr 123 456\ndir 1000 1000\nby user\n')
      assert.equal(await b.files.read('/second/u'), 'by user\n')
      assert.deepEqual([(await volume.getInfo('/r')).uid, (await volume.getInfo('/u')).gid], [123, 1000])
      assert.equal(await volume.readFile('/u'), 'by user\n')

      // Written through another sandbox, and through the API, it is seen at once.
      await b.files.write('/second/dir/n', '1')
      assert.equal(await a.files.read('/mnt/data/dir/n'), '1')
      await volume.writeFile('/dir/n', '2', { force: true })
      assert.equal(await a.files.read('/mnt/data/dir/n'), '2')

      // Neither devices nor setuid come with it.
      const options = (await a.commands.run('grep " /mnt/data " /proc/self/mounts')).stdout
      assert.match(options, /nosuid/)
      assert.match(options, /nodev/)
    } finally {
      await Promise.all([a.kill(), b.kill()])
    }

    const later = await Sandbox.create(mounts)
    assert.equal((await later.commands.run('cat /mnt/data/u')).stdout, 'by user\n')
    await later.kill()
    await Volume.destroy(volume.volumeId)
  })

  it('that cannot be mounted are all named', async () => {
    const volume = await Volume.create('there')
    const create = (...volumeMounts) => raw('/sandboxes', { method: 'POST', body: JSON.stringify({ templateID: 'base', volumeMounts }) }).then((r) => r.json())
    const refused = await create({ name: 'none', path: '/a' }, { name: 'there', path: 'a' }, { name: 'there', path: '/a/../b' }, { name: 'there', path: '/c' }, { name: 'there', path: '/c' }, { name: 'there', path: '' }, { name: 'there', path: '/proc/x' })
    assert.deepEqual(refused, {
      code: 400,
      message: [
        'invalid mounts:',
        "\t- volume mount #0: volume 'none' not found",
        '\t- volume mount #1: path must be absolute',
        "\t- volume mount #2: path must not contain any '.' or '..' components",
        "\t- volume mount #4: path '/c' is already used",
        '\t- volume mount #5: path cannot be empty',
        "\t- volume mount #6: path '/proc/x' is the system's own: nothing can be mounted there",
      ].join('\n'),
    })
    assert.equal((await Sandbox.list().nextItems()).length, 0)
    await Volume.destroy(volume.volumeId)
  })

  it('that are deleted are gone for the sandboxes that have them', async () => {
    const volume = await Volume.create('doomed')
    const sandbox = await Sandbox.create({ volumeMounts: { '/mnt/v': volume } })
    try {
      await sandbox.commands.run('mkdir -p /mnt/v/a/b && echo x > /mnt/v/a/b/c')
      assert.equal(await Volume.destroy(volume.volumeId), true)
      const { stdout } = await sandbox.commands.run('ls -A /mnt/v | wc -l; touch /mnt/v/new 2>&1 || true')
      assert.equal(stdout, "0\ntouch: cannot touch '/mnt/v/new': No such file or directory\n")
      // The name is free at once, and the new volume is another one.
      const next = await Volume.create('doomed')
      await next.writeFile('/fresh', '')
      assert.equal((await sandbox.commands.run('ls -A /mnt/v | wc -l')).stdout, '0\n')
      await Volume.destroy(next.volumeId)
      await sandbox.pause({ keepMemory: false })
      const resumed = await Sandbox.connect(sandbox.sandboxId)
      assert.match((await resumed.commands.run('touch /mnt/v/new 2>&1 || true')).stdout, /cannot touch/)
    } finally {
      await sandbox.kill()
    }
  })

  it('stay with sandboxes that are paused or forked, and are no part of snapshots', async () => {
    const volume = await Volume.create('kept')
    const sandbox = await Sandbox.create({ volumeMounts: { '/mnt/v': volume } })
    const made = [sandbox]
    try {
      await sandbox.commands.run('echo 1 > /mnt/v/file; echo own > /home/user/own')
      await sandbox.pause()
      await volume.writeFile('/file', '2', { force: true })
      await Sandbox.connect(sandbox.sandboxId)
      assert.equal((await sandbox.commands.run('cat /mnt/v/file')).stdout, '2')
      await sandbox.pause({ keepMemory: false })
      await Sandbox.connect(sandbox.sandboxId)
      assert.equal((await sandbox.commands.run('cat /mnt/v/file /home/user/own; echo 3 > /mnt/v/file')).stdout, '2own\n')

      const answer = await raw(`/sandboxes/${sandbox.sandboxId}/fork`, { method: 'POST', body: '{"count":1,"timeout":60}' })
      const fork = await Sandbox.connect((await answer.json())[0].sandbox.sandboxID)
      made.push(fork)
      assert.equal((await fork.commands.run('cat /mnt/v/file; echo 4 > /mnt/v/file')).stdout, '3\n')
      assert.equal((await sandbox.commands.run('cat /mnt/v/file')).stdout, '4\n')

      const { snapshotId } = await sandbox.createSnapshot()
      const copy = await Sandbox.create(snapshotId)
      made.push(copy)
      assert.equal((await copy.commands.run('ls -A /mnt/v | wc -l; cat /home/user/own')).stdout, '0\nown\n')
      await copy.kill()
      await Sandbox.deleteSnapshot(snapshotId)
    } finally {
      await Promise.all(made.map((one) => one.kill()))
      await Volume.destroy(volume.volumeId)
    }
  })

  it('cannot lead the server out of themselves', async () => {
    const volume = await Volume.create('prison')
    const host = mkdtempSync(join(tmpdir(), 'e2b-outside-'))
    const sandbox = await Sandbox.create({ volumeMounts: { '/v': volume } })
    try {
      await volume.writeFile('/real', 'inside')
      await sandbox.commands.run(
        [
          'cd /v', `ln -s ${host} out`, 'ln -s /etc/shadow shadow', 'ln -s / root', 'ln -s ../../../../../../etc up', 'ln -s loop loop', 'ln -s /real link', 'ln -s gone dangling',
          'ln -s /proc/self/root magic', 'mkfifo pipe', 'mkdir sub', 'ln -s ../../real sub/link', "touch \"$(printf 'bad\\377name')\"", "mkdir -p 'a b/ü'", "touch -- '-rf' '*'",
        ].join(' && '), { user: 'root' }
      )
      assert.equal(await volume.readFile('/link'), 'inside')
      assert.equal(await volume.readFile('/sub/link'), 'inside', 'above its root there is nothing but its root')
      assert.equal(await volume.readFile('/root/real'), 'inside')
      for (const path of ['/shadow', '/up/passwd', '/out/x', '/magic/etc/passwd', '/../../etc/passwd', '/root/etc/passwd', '/dangling']) {
        await assert.rejects(volume.readFile(path), errors.VolumePathNotFoundError, path)
      }
      await assert.rejects(volume.writeFile('/out/written', 'x'), errors.VolumePathNotFoundError)
      await assert.rejects(volume.makeDir('/out/made'), errors.VolumePathNotFoundError)
      await assert.rejects(volume.updateMetadata('/out', { mode: 0o777 }), errors.VolumePathNotFoundError)
      await assert.rejects(volume.list('/up'), errors.VolumePathNotFoundError)
      await assert.rejects(volume.readFile('/loop'), /400/)
      await assert.rejects(volume.readFile('/pipe'), /400/)
      await assert.rejects(volume.writeFile('/pipe', 'x', { force: true }), /400/)
      await assert.rejects(volume.readFile('/a\0b'), /400/)
      await assert.rejects(volume.readFile('/' + 'a'.repeat(300)), /400/)
      await assert.rejects(volume.readFile('/' + 'a/'.repeat(3000)), /400/)

      const listed = Object.fromEntries((await volume.list('/')).map((one) => [one.name, one]))
      assert.deepEqual([listed.link.type, listed.link.target], ['file', '/real'])
      assert.deepEqual([listed.root.type, listed.root.target], ['directory', '/'])
      assert.deepEqual([listed.dangling.type, listed.dangling.target, listed.loop.type], ['unknown', '/dangling', 'unknown'])
      assert.deepEqual([listed.shadow.type, listed.shadow.target], ['unknown', '/shadow'])
      assert.equal(listed.pipe.type, 'unknown')
      assert.ok(listed['bad\ufffdname'])
      assert.ok((await volume.list('/', { depth: 2 })).some((one) => one.path === '/a b/ü'))
      await volume.remove('/out')
      await volume.remove('/root')
      assert.equal(await volume.readFile('/real'), 'inside')
    } finally {
      await sandbox.kill()
      rmSync(host, { recursive: true })
      await Volume.destroy(volume.volumeId)
    }
  })

  it('are opened by their own token alone', async () => {
    const [one, two] = [await Volume.create('one'), await Volume.create('two')]
    const status = async (volume, token, path = '/path') => (await raw(`/volumecontent/${volume.volumeId}${path}?path=/`, { token })).status
    assert.equal(await status(one, one.token), 200)
    for (const token of [two.token, 'x', process.env.E2B_API_KEY, undefined]) assert.equal(await status(one, token), 401)
    assert.equal(await status({ volumeId: 'nonsense' }, one.token), 401)
    const answer = await raw(`/volumecontent/${one.volumeId}/path?path=/none`, { token: one.token })
    assert.deepEqual([answer.status, await answer.json()], [404, { code: '404', message: 'failed to stat: "/none" not found.' }])
    assert.equal((await raw(`/volumecontent/${one.volumeId}/path`, { token: one.token })).status, 400)
    assert.equal((await raw(`/volumes/${one.volumeId}`, { token: one.token })).status, 401, 'and it opens nothing else')
    assert.ok(!one.token.includes(process.env.E2B_API_KEY.slice(4)))
    await Promise.all([Volume.destroy(one.volumeId), Volume.destroy(two.volumeId)])
  })

  it('are full at 10 GiB', async () => {
    const volume = await Volume.create('full')
    const sandbox = await Sandbox.create({ volumeMounts: { '/v': volume } })
    try {
      assert.match((await sandbox.commands.run('df -BM --output=size /v | tail -1')).stdout.trim(), /^(9|10)\d{3}M$/)
      await sandbox.commands.run('fallocate -l 20G /v/big 2>/dev/null; fallocate -l 9G /v/nine; while fallocate -l 64M /v/$RANDOM$RANDOM 2>/dev/null; do :; done; while fallocate -l 64K /v/$RANDOM$RANDOM 2>/dev/null; do :; done; true', { timeoutMs: 0 })
      await assert.rejects(volume.writeFile('/one-more', new Uint8Array(2_000_000).buffer), /507/)
      assert.equal((await sandbox.commands.run('echo fine > /home/user/x && cat /home/user/x')).stdout, 'fine\n')
    } finally {
      await sandbox.kill()
      await Volume.destroy(volume.volumeId)
    }
  })
})

describe('volumes and the end of the server', () => {
  for (const signal of ['SIGTERM', 'SIGKILL']) {
    it(`${signal}: files are there at the next start, in paused sandboxes too`, async () => {
      const data = mkdtempSync(join(tmpdir(), 'e2b-volumes-'))
      const { Volume, Sandbox } = await import('e2b')
      try {
        let stop = await startServer({ data })
        useServer()
        const volume = await Volume.create('lasting')
        await volume.writeFile('/by-api', 'api')
        const [running, paused] = await Promise.all([1, 2].map(() => Sandbox.create({ volumeMounts: { '/v': volume } })))
        await running.commands.run('echo sandbox > /v/by-sandbox && sync -f /v')
        await paused.pause()
        const doomed = await Volume.create('doomed')
        await Volume.destroy(doomed.volumeId)
        await stop(signal)

        stop = await startServer({ data })
        useServer()
        try {
          assert.deepEqual((await Volume.list()).map((one) => one.name), ['lasting'])
          const again = await Volume.connect(volume.volumeId)
          assert.equal(again.token, volume.token)
          assert.equal(await again.readFile('/by-api'), 'api')
          assert.equal(await again.readFile('/by-sandbox'), 'sandbox\n')
          const resumed = await Sandbox.connect(paused.sandboxId)
          assert.deepEqual((await resumed.getInfo()).volumeMounts, [{ name: 'lasting', path: '/v' }])
          assert.equal((await resumed.commands.run('cat /v/by-api /v/by-sandbox')).stdout, 'apisandbox\n')
          await resumed.kill()
          await Volume.destroy(volume.volumeId)
        } finally {
          await stop()
        }
        assert.ok(!readFileSync('/proc/mounts', 'utf8').includes(data))
      } finally {
        rmSync(data, { recursive: true, force: true })
        delete process.env.E2B_VOLUME_API_URL
      }
    })
  }
})
