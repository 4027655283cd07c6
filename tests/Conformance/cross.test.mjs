// The official client and E2B.Core side by side: each reads what the other wrote, and both make the same of the same.
import assert from 'node:assert/strict'
import { randomBytes } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import { startPeer } from './peer.mjs'
import { startServer } from './support.mjs'

describe('the official client and E2B.Core', () => {
  let stop, e2b, sandbox, peer
  before(async () => {
    stop = await startServer()
    e2b = await import('e2b')
    sandbox = await e2b.Sandbox.create()
    peer = startPeer(sandbox)
  })
  after(async () => {
    await peer?.stop()
    await sandbox?.kill()
    await stop()
  })

  const names = ['plain.bin', 'ü b/grüße €.txt', 'a+b&c#d%41?e=f', '"quoted" \'names\'', 'back\\slash', 'new\nline', '\u{1F600}', ' spaces ']
  const contents = () => [randomBytes(0), randomBytes(1), Buffer.from('\uFEFFgrüße\r\n'), randomBytes(65_536), randomBytes(3_000_017), Buffer.from([0, 255, 10, 13]), randomBytes(777), Buffer.from('gzip me '.repeat(9_999))]
  const base64 = (bytes) => Buffer.from(bytes).toString('base64')
  const blob = (bytes) => new Blob([bytes])

  for (const gzip of [false, true]) {
    it(`read what the other wrote, byte by byte (gzip ${gzip})`, async () => {
      const data = contents()
      for (const [i, name] of names.entries()) {
        const ours = `/tmp/cross-${gzip}/core/${name}`
        const theirs = `/tmp/cross-${gzip}/js/${name}`
        const written = await peer.ask({ do: 'write', path: ours, content: base64(data[i]), gzip })
        assert.deepEqual([written.path, written.size], [ours, data[i].length])
        await sandbox.files.write(theirs, blob(data[i]), { gzip })
        assert.ok(Buffer.from(await sandbox.files.read(ours, { format: 'bytes', gzip })).equals(data[i]), ours)
        assert.equal(await peer.ask({ do: 'read', path: theirs, gzip }), base64(data[i]), theirs)
      }
    })

    it(`write many files at once (gzip ${gzip})`, async () => {
      const data = contents()
      const files = Object.fromEntries(names.map((name, i) => [`/tmp/many-${gzip}/${name}`, base64(data[i])]))
      for (let i = 0; i < 200; i++) files[`/tmp/many-${gzip}/small/${i}`] = base64(`content ${i}`)
      const written = await peer.ask({ do: 'writeMany', files, gzip })
      assert.deepEqual(written.map((entry) => entry.path), Object.keys(files))
      for (const [i, name] of names.entries()) {
        assert.ok(Buffer.from(await sandbox.files.read(`/tmp/many-${gzip}/${name}`, { format: 'bytes' })).equals(data[i]), name)
      }
      assert.equal(await sandbox.files.read(`/tmp/many-${gzip}/small/199`), 'content 199')
      assert.equal((await sandbox.files.list(`/tmp/many-${gzip}/small`)).length, 200)
    })
  }

  it('tell the same of the same entries', async () => {
    await sandbox.files.write('/tmp/same/file', 'x', { user: 'root', metadata: { from: 'js' } })
    const written = await peer.ask({ do: 'write', path: '/tmp/same/core', content: base64('y'), metadata: { From: 'core' } })
    assert.deepEqual(written.metadata, { from: 'core' })
    await sandbox.commands.run('cd /tmp/same && mkdir -p dir/below && ln -s file link && ln -s link link2 && chmod u+s,o-rwx core && touch -d @1.5 dir', { user: 'root' })
    const plain = (entry) => ({ ...entry, modifiedTime: entry.modifiedTime.getTime(), symlinkTarget: entry.symlinkTarget ?? null, metadata: entry.metadata ?? {} })
    const theirs = (await sandbox.files.list('/tmp/same', { depth: 3 })).map(plain)
    assert.equal(theirs.length, 6)
    assert.deepEqual(await peer.ask({ do: 'list', path: '/tmp/same', depth: 3 }), theirs)
    for (const entry of theirs) assert.deepEqual(await peer.ask({ do: 'info', path: entry.path }), plain(await sandbox.files.getInfo(entry.path)))
  })

  it('sign the same URLs', async () => {
    for (const [how, operation] of [['downloadUrl', 'read'], ['uploadUrl', 'write']]) {
      for (const path of [...names, '/absolute/path', ...(operation === 'write' ? [undefined] : [])]) {
        for (const [user, expires] of [[undefined, undefined], ['root', undefined], ['us er', 60], [undefined, 3600]]) {
          const theirs = () => sandbox[how](path, { user, useSignatureExpiration: expires })

          // A second may pass in between: then it is that of before or that of after.
          const earlier = await theirs()
          const ours = await peer.ask({ do: how, path, user, expires })
          assert.ok([earlier, await theirs()].includes(ours), `${ours}\n${earlier}`)
        }
      }
    }
  })

  it('make URLs that work for the other', async () => {
    await sandbox.files.write('/tmp/url ü', 'by url')
    assert.equal(await (await fetch(await peer.ask({ do: 'downloadUrl', path: '/tmp/url ü', expires: 60 }))).text(), 'by url')
    const upload = await peer.ask({ do: 'uploadUrl', path: '/tmp/url2', user: 'root', expires: 60 })
    const sent = await fetch(upload, { method: 'POST', body: 'raw', headers: { 'Content-Type': 'application/octet-stream' } })
    assert.equal(sent.status, 200)
    assert.equal(await sandbox.files.read('/tmp/url2'), 'raw')
    assert.equal((await sandbox.files.getInfo('/tmp/url2')).owner, 'root')
  })

  it('find the same ports under the same hosts', async () => {
    const cloud = { apiUrl: 'https://api.e2b.app' }
    for (const [mode, sandboxDomain] of [
      [cloud, undefined],
      [cloud, 'e2b-juliett.dev'],
      [{ apiUrl: 'https://api.cluster.example', domain: 'cluster.example' }, undefined],
      [{ apiUrl: 'https://api.cluster.example', domain: 'cluster.example' }, 'cluster.example:8443'],
      [{ debug: true }, undefined],
    ]) {
      for (const port of [80, 3000, 49_999]) {
        const theirs = new e2b.ConnectionConfig({ domain: 'e2b.app', debug: false, ...mode }).getHost(sandbox.sandboxId, port, sandboxDomain)
        const ours = await peer.ask({ do: 'portUrl', domain: 'e2b.app', debug: false, ...mode, sandboxDomain, port })
        assert.deepEqual(ours, { host: theirs, url: `${mode.debug ? 'http' : 'https'}://${theirs}/`.replace(':80/', '/') })
      }
    }
  })

  it('reach the same program, each by its own way', async () => {
    const command = await sandbox.commands.run('mkdir -p /tmp/www && cd /tmp/www && echo hello > index.html && exec python3 -m http.server 8000 --bind 127.0.0.1', { background: true })
    const ours = await peer.ask({ do: 'portUrl', sandboxDomain: sandbox.sandboxDomain, port: 8000, wait: true })
    assert.equal(ours.host, sandbox.getHost(8000))
    assert.match(ours.url, /^http:\/\/127\.0\.0\.1:\d+\/$/)
    assert.equal(await (await fetch(ours.url)).text(), 'hello\n')
    await command.kill()
  })

  it('are told the same of what the sandbox uses', async () => {
    await sandbox.commands.run('find /usr/bin -type f -exec sha256sum {} + > /dev/null')
    const plain = (samples) => samples.map((one) => ({ ...one, timestamp: one.timestamp.getTime(), cpuUsedPct: Math.round(one.cpuUsedPct * 100) / 100 }))

    // A sample may be taken between the two, and it ends the range: what both have is compared.
    const theirs = plain(await sandbox.getMetrics())
    const ours = await peer.ask({ do: 'metrics' })
    assert.ok(theirs.length > 0)
    assert.deepEqual(ours.slice(0, theirs.length), theirs)
    const [start, end] = [theirs[0].timestamp, theirs.at(-1).timestamp + 4000]
    const range = { start: new Date(start), end: new Date(end) }
    assert.deepEqual(await peer.ask({ do: 'metrics', start, end }), plain(await sandbox.getMetrics(range)))
    assert.deepEqual(await peer.ask({ do: 'metrics', start: start + 3_600_000, end: end + 3_600_000 }), [])
  })

  it('miss the same things', async () => {
    await assert.rejects(peer.ask({ do: 'read', path: '/tmp/nothing-here' }), { name: 'SandboxFileNotFoundException' })
    await assert.rejects(peer.ask({ do: 'read', path: '/tmp' }), { name: 'E2BInvalidArgumentException' })
    await assert.rejects(peer.ask({ do: 'writeMany', files: { '/tmp/fine': '', '/tmp': '' } }), { name: 'E2BInvalidArgumentException', message: /'\/tmp'/ })
  })
})
