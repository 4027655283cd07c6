import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { startServer, until } from './support.mjs'

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

  const streamOf = (...pieces) => new ReadableStream({
    pull(controller) {
      if (pieces.length > 0) controller.enqueue(pieces.shift())
      else controller.close()
    },
  })
  const bytesOf = async (path) => Buffer.from(await sandbox.files.read(path, { format: 'bytes' }))

  describe('content', () => {
    it('is text', async () => {
      const written = await sandbox.files.write('notes/grüße.txt', 'grüße €\n')
      assert.deepEqual([written.name, written.path, written.type], ['grüße.txt', '/home/user/notes/grüße.txt', 'file'])
      assert.equal(await sandbox.files.read('notes/grüße.txt'), 'grüße €\n')
    })

    it('is bytes, in every form that the client takes', async () => {
      const bytes = randomBytes(3 * 1024 * 1024 + 17)
      const buffer = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)
      for (const [name, data] of [
        ['blob', new Blob([bytes])],
        ['buffer', buffer],
        ['stream', streamOf(bytes.subarray(0, 1_000_000), bytes.subarray(1_000_000))],
      ]) {
        await sandbox.files.write(`/tmp/${name}`, data)
        assert.deepEqual(await bytesOf(`/tmp/${name}`), bytes, name)
      }
    })

    it('may be sent as it is or in a form', async () => {
      for (const useOctetStream of [true, false]) {
        await sandbox.files.write('/tmp/form', 'content', { useOctetStream })
        assert.equal(await sandbox.files.read('/tmp/form'), 'content')
      }
    })

    it('is read as a blob and as a stream', async () => {
      await sandbox.files.write('/tmp/streamed', 'x'.repeat(1_000_000))
      const blob = await sandbox.files.read('/tmp/streamed', { format: 'blob' })
      assert.equal(blob.size, 1_000_000)
      let length = 0
      for await (const chunk of await sandbox.files.read('/tmp/streamed', { format: 'stream' })) length += chunk.length
      assert.equal(length, 1_000_000)
    })

    it('may be nothing', async () => {
      await sandbox.files.write('/tmp/empty', '')
      assert.equal(await sandbox.files.read('/tmp/empty'), '')
      assert.equal((await bytesOf('/tmp/empty')).length, 0)
      assert.equal((await sandbox.files.read('/tmp/empty', { format: 'blob' })).size, 0)
    })

    it('is replaced, not written over', async () => {
      await sandbox.files.write('/tmp/replaced', 'a long content')
      await sandbox.files.write('/tmp/replaced', 'short')
      assert.equal(await sandbox.files.read('/tmp/replaced'), 'short')
    })

    it('may be compressed both ways', async () => {
      const text = 'compressible '.repeat(100_000)
      for (const data of [text, new Blob([text]), streamOf(Buffer.from(text))]) {
        await sandbox.files.write('/tmp/packed', data, { gzip: true })
        assert.equal((await sandbox.files.getInfo('/tmp/packed')).size, text.length)
        assert.equal(await sandbox.files.read('/tmp/packed', { gzip: true }), text)
        assert.equal(await sandbox.files.read('/tmp/packed'), text)
      }
    })
  })

  describe('several at once', () => {
    it('are written', async () => {
      const written = await sandbox.files.write([
        { path: '/tmp/several/a', data: 'A' },
        { path: '/tmp/several/deep/ü b', data: new Blob(['B']) },
        { path: 'several-c', data: new Uint8Array([67]).buffer },
      ])
      assert.deepEqual(written.map((file) => file.path), ['/tmp/several/a', '/tmp/several/deep/ü b', '/home/user/several-c'])
      assert.equal(await sandbox.files.read('/tmp/several/deep/ü b'), 'B')
      assert.equal(await sandbox.files.read('several-c'), 'C')
    })

    it('are written from streams, and compressed', async () => {
      const files = () => [0, 1, 2].map((i) => ({ path: `/tmp/streams/${i}`, data: streamOf(Buffer.from(`stream ${i}`)) }))
      for (const opts of [{}, { gzip: true }]) {
        const written = await sandbox.files.writeFiles(files(), opts)
        assert.deepEqual(written.map((file) => file.path), ['/tmp/streams/0', '/tmp/streams/1', '/tmp/streams/2'])
        assert.equal(await sandbox.files.read('/tmp/streams/2'), 'stream 2')
      }
    })

    it('are none', async () => {
      assert.deepEqual(await sandbox.files.write([]), [])
    })

    it('cannot be the same one twice', async () => {
      await assert.rejects(sandbox.files.write([{ path: '/tmp/same', data: '1' }, { path: '/tmp/same', data: '2' }]), e2b.InvalidArgumentError)
    })
  })

  describe('entries', () => {
    it('are told about', async () => {
      const start = Date.now()
      await sandbox.files.write('/tmp/told', '12345')
      const info = await sandbox.files.getInfo('/tmp/told')
      assert.deepEqual(
        [info.name, info.path, info.type, info.size, info.owner, info.group, info.mode, info.permissions, info.symlinkTarget],
        ['told', '/tmp/told', 'file', 5, 'user', 'user', 0o644, '-rw-r--r--', undefined],
      )
      assert.ok(Math.abs(info.modifiedTime - start) < 60_000, `${info.modifiedTime}`)
      assert.equal(await sandbox.files.exists('/tmp/told'), true)
      assert.equal(await sandbox.files.exists('/tmp/untold'), false)
    })

    it('are links, too', async () => {
      await sandbox.commands.run('mkdir -p links && cd links && echo 1 > file && ln -s file one && ln -s one two && ln -s /nowhere broken')
      const two = await sandbox.files.getInfo('links/two')
      assert.deepEqual([two.type, two.symlinkTarget], ['file', '/home/user/links/file'])
      assert.deepEqual((await sandbox.files.list('links')).map((entry) => entry.name), ['file', 'one', 'two'])
    })

    it('are listed as deep as wanted', async () => {
      await sandbox.files.write('/tmp/listed/one', '1')
      await sandbox.files.write('/tmp/listed/deep/two', '2')
      await sandbox.files.write('/tmp/listed/deep/er/three', '3')
      const listed = async (depth) => (await sandbox.files.list('/tmp/listed', { depth })).map((entry) => `${entry.path.slice(12)}:${entry.type}`)
      assert.deepEqual(await listed(), ['deep:dir', 'one:file'])
      assert.deepEqual(await listed(2), ['deep:dir', 'deep/er:dir', 'deep/two:file', 'one:file'])
      assert.deepEqual(await listed(9), ['deep:dir', 'deep/er:dir', 'deep/er/three:file', 'deep/two:file', 'one:file'])
      await assert.rejects(listed(0), e2b.InvalidArgumentError)
      await assert.rejects(sandbox.files.list('/tmp/listed/one'), e2b.InvalidArgumentError)
      await assert.rejects(sandbox.files.list('/tmp/listed/nothing'), e2b.FileNotFoundError)
    })

    it('are directories, made once', async () => {
      assert.equal(await sandbox.files.makeDir('/tmp/made/of/several'), true)
      assert.equal(await sandbox.files.makeDir('/tmp/made/of/several'), false)
      assert.equal((await sandbox.files.getInfo('/tmp/made/of')).type, 'dir')
      await sandbox.files.write('/tmp/made/file', '')
      await assert.rejects(sandbox.files.makeDir('/tmp/made/file'), e2b.InvalidArgumentError)
    })

    it('are renamed', async () => {
      await sandbox.files.write('/tmp/renamed/from', 'content')
      const moved = await sandbox.files.rename('/tmp/renamed/from', '/tmp/renamed/new/to')
      assert.deepEqual([moved.name, moved.path, moved.type], ['to', '/tmp/renamed/new/to', 'file'])
      assert.equal(await sandbox.files.exists('/tmp/renamed/from'), false)
      assert.equal(await sandbox.files.read('/tmp/renamed/new/to'), 'content')
      await assert.rejects(sandbox.files.rename('/tmp/renamed/from', '/tmp/renamed/x'), e2b.FileNotFoundError)
    })

    it('are removed with all they hold', async () => {
      await sandbox.files.write('/tmp/removed/deep/er/file', '')
      await sandbox.files.remove('/tmp/removed')
      assert.equal(await sandbox.files.exists('/tmp/removed'), false)
      await sandbox.files.remove('/tmp/removed')
    })

    it('are missed by a type of their own', async () => {
      await assert.rejects(sandbox.files.read('/tmp/nothing-here'), e2b.FileNotFoundError)
      await assert.rejects(sandbox.files.getInfo('/tmp/nothing-here'), e2b.FileNotFoundError)
      await assert.rejects(sandbox.files.read('/tmp'), e2b.InvalidArgumentError)
    })

    it('belong to the user who writes', async () => {
      await sandbox.files.write('/tmp/of-root/file', 'r', { user: 'root' })
      assert.equal((await sandbox.files.getInfo('/tmp/of-root/file')).owner, 'root')
      assert.equal((await sandbox.files.getInfo('/tmp/of-root')).owner, 'root')
      assert.equal((await sandbox.files.write('relative', '', { user: 'root' })).path, '/root/relative')
      await sandbox.files.makeDir('dir-of-root', { user: 'root' })
      assert.equal((await sandbox.files.getInfo('/root/dir-of-root', { user: 'root' })).owner, 'root')
      await assert.rejects(sandbox.files.read('x', { user: 'nobody-knows' }), e2b.AuthenticationError)
    })

    it('keep metadata until they are written again', async () => {
      const written = await sandbox.files.write('/tmp/kept', 'x', { metadata: { Author: 'me', purpose: 'a test' } })
      assert.deepEqual(written.metadata, { author: 'me', purpose: 'a test' })
      assert.deepEqual((await sandbox.files.getInfo('/tmp/kept')).metadata, { author: 'me', purpose: 'a test' })
      const several = await sandbox.files.write([{ path: '/tmp/k1', data: '1' }, { path: '/tmp/k2', data: '2' }], { metadata: { all: 'of them' } })
      assert.deepEqual(several.map((file) => file.metadata), [{ all: 'of them' }, { all: 'of them' }])
      const moved = await sandbox.files.rename('/tmp/kept', '/tmp/kept2')
      assert.equal(moved.metadata.author, 'me')
      assert.equal((await sandbox.files.list('/tmp')).find((entry) => entry.name === 'kept2').metadata.purpose, 'a test')
      assert.equal((await sandbox.files.write('/tmp/kept2', 'y')).metadata, undefined)
    })
  })

  describe('URLs', () => {
    it('are read by whoever has them', async () => {
      await sandbox.files.write('/tmp/linked ü+&.txt', 'linked')
      const url = await sandbox.downloadUrl('/tmp/linked ü+&.txt', { useSignatureExpiration: 60 })
      const answer = await fetch(url)
      assert.equal(await answer.text(), 'linked')
      assert.equal((await fetch(url.replace('linked', 'leaked'))).status, 401)
      const expired = await sandbox.downloadUrl('/tmp/linked ü+&.txt', { useSignatureExpiration: -10 })
      assert.equal((await fetch(expired)).status, 401)
      const part = await fetch(url, { headers: { Range: 'bytes=2-3' } })
      assert.deepEqual([part.status, await part.text()], [206, 'nk'])
    })

    it('are written by whoever has them', async () => {
      const form = new FormData()
      form.append('file', new Blob(['from a form']), 'whatever')
      const url = await sandbox.uploadUrl('/tmp/uploaded', { user: 'root' })
      assert.equal((await fetch(url, { method: 'POST', body: form })).status, 200)
      assert.equal(await sandbox.files.read('/tmp/uploaded'), 'from a form')
      assert.equal((await sandbox.files.getInfo('/tmp/uploaded')).owner, 'root')
      assert.equal((await fetch(url)).status, 401)

      const named = new FormData()
      named.append('file', new Blob(['named there']), 'named-by-form')
      assert.equal((await fetch(await sandbox.uploadUrl(), { method: 'POST', body: named })).status, 200)
      assert.equal(await sandbox.files.read('named-by-form'), 'named there')
    })
  })

  describe('directories', () => {
    const watch = async (path, opts) => {
      const events = []
      let exit
      const handle = await sandbox.files.watchDir(path, (event) => { events.push(event) }, { ...opts, onExit: (error) => { exit = error ?? 'stopped' } })
      return { events, handle, exit: () => exit, saw: (name, type) => events.some((event) => event.name === name && event.type === type) }
    }

    it('are watched', async () => {
      await sandbox.files.makeDir('/tmp/watched/below')
      const { handle, saw, exit } = await watch('/tmp/watched')
      await sandbox.files.write('/tmp/watched/file', 'x')
      await sandbox.files.write('/tmp/watched/below/file', 'x')
      await sandbox.commands.run('chmod 600 /tmp/watched/file')
      await sandbox.files.rename('/tmp/watched/file', '/tmp/watched/moved')
      await sandbox.files.remove('/tmp/watched/moved')
      await until(() => saw('moved', e2b.FilesystemEventType.REMOVE), 'the last event comes')
      for (const [name, type] of [['file', 'create'], ['file', 'write'], ['file', 'chmod'], ['file', 'rename'], ['moved', 'create']]) {
        assert.ok(saw(name, type), `${type} of ${name}`)
      }
      assert.ok(!saw('below/file', 'create'))
      await handle.stop()
      await until(exit, 'the watching stops')
    })

    it('are watched with what is below', async () => {
      await sandbox.files.makeDir('/tmp/deeply/old')
      const { handle, saw } = await watch('/tmp/deeply', { recursive: true })
      await sandbox.files.write('/tmp/deeply/old/file', 'x')
      await sandbox.files.write('/tmp/deeply/new/er/file', 'x')
      await until(() => saw('old/file', 'create') && saw('new/er/file', 'create'), 'both are told')
      await handle.stop()
    })

    it('are watched with what the entries are', async () => {
      await sandbox.files.makeDir('/tmp/described')
      const { events, handle, saw } = await watch('/tmp/described', { includeEntry: true })
      await sandbox.files.write('/tmp/described/file', 'content', { metadata: { k: 'v' } })
      // A file is made first, and then given to its owner: both are told.
      await until(() => events.some((event) => event.entry?.owner === 'user'), 'the file is its owner\'s')
      await sandbox.files.remove('/tmp/described/file')
      await until(() => saw('file', 'remove'), 'the removal is told')
      const created = events.find((event) => event.type === 'create')
      assert.deepEqual([created.entry?.path, created.entry?.type], ['/tmp/described/file', 'file'])
      assert.equal(events.find((event) => event.type === 'remove').entry, undefined)
      await handle.stop()
    })

    it('have to be there to be watched', async () => {
      await assert.rejects(sandbox.files.watchDir('/tmp/never-made', () => {}), e2b.FileNotFoundError)
      await assert.rejects(sandbox.files.watchDir('/etc/passwd', () => {}), e2b.InvalidArgumentError)
    })

    it('are watched for as long as wanted', async () => {
      const { exit } = await watch('/tmp', { timeoutMs: 300 })
      await until(exit, 'the time passes')
      assert.ok(exit() instanceof e2b.TimeoutError, `${exit()}`)
    })
  })
})
