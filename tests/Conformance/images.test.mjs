// Templates from images of a registry: what is in them, what is taken over, and what happens when they change.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { baseLayer, layerOf, startRegistry } from './registry.mjs'
import { startServer } from './support.mjs'

const SECRET = 'a-password-of-the-registry'

describe('templates from images', () => {
  let data, stop, registry, closed, client
  before(async () => {
    data = mkdtempSync(join(tmpdir(), 'e2b-conformance-images-'))
    registry = await startRegistry()
    closed = await startRegistry({ users: [`me:${SECRET}`] })
    stop = await startServer({ data })
    client = await import('e2b')
  })
  after(async () => {
    await stop()
    await Promise.all([registry.stop(), closed.stop()])
    rmSync(data, { recursive: true, force: true })
  })

  const build = async (template, name, options) => {
    const log = []
    await client.Template.build(template, name, { memoryMB: 512, onBuildLogs: (entry) => log.push(entry.message), ...options })
    return log
  }

  const withSandbox = async (template, act) => {
    const sandbox = await client.Sandbox.create(template)
    try {
      return await act(sandbox)
    } finally {
      await sandbox.kill()
    }
  }

  const said = (template, command) => withSandbox(template, async (sandbox) => (await sandbox.commands.run(command)).stdout)

  it('have the files and variables of the image, its owners, and steps on top of it', async () => {
    const { Template } = client
    const image = registry.add('app:1', [baseLayer(), layerOf({ 'opt/app/version': 'first\n' })], { env: ['LEVEL=of the image', 'PATH=/opt/app/bin:/usr/sbin:/usr/bin:/sbin:/bin'], user: 'nobody' })
    const log = await build(Template().fromImage(image).setEnvs({ MINE: 'of the template' }).runCmd('echo "$LEVEL, $MINE" > ~/said; echo "$PATH" > ~/path').runCmd('useradd --create-home other', { user: 'root' }), 'app')

    assert.ok(log.some((line) => line.startsWith('Pulling image ')) && log.some((line) => line.startsWith('Unpacking layer 2 of 2')), log.join('\n'))
    await withSandbox('app', async (sandbox) => {
      const run = async (command, options) => (await sandbox.commands.run(command, options)).stdout
      assert.equal(await run('cat ~/said /opt/app/version; head -n 1 /etc/os-release; id -un; pwd'), 'of the image, of the template\nfirst\nPRETTY_NAME="Conformance Linux"\nuser\n/home/user\n')
      assert.match(await run('cat ~/path'), /^\/opt\/app\/bin:\/usr\/sbin:\/usr\/bin:\/sbin:\/bin[:\n]/)
      assert.equal(await run('echo "<$LEVEL$MINE>"'), '<>\n') // as in the cloud: they are for the build
      assert.equal(await run('ls -d /usr/share 2>/dev/null || echo nothing of this machine'), 'nothing of this machine\n')
      assert.equal(await run('stat -c %U /home/other /etc/passwd; touch /usr/new /opt/app/new && echo written', { user: 'root' }), 'other\nroot\nwritten\n')
      await sandbox.files.write('/home/user/by-api', 'by the api')
      assert.equal(await sandbox.files.read('/home/user/by-api'), 'by the api')
      await sandbox.pause()
      assert.equal(await (await client.Sandbox.connect(sandbox.sandboxId)).files.read('/home/user/by-api'), 'by the api')
      const [fork] = await sandbox.fork()
      assert.equal((await fork.commands.run('cat by-api said')).stdout, 'by the apiof the image, of the template\n')
      await fork.kill()
    })
  })

  it('come from the cache, until the image is another one', async () => {
    const { Template } = client
    const define = () => Template().fromImage(`${registry.host}/moving:latest`).runCmd('cat /opt/version > ~/seen')
    registry.add('moving:latest', [baseLayer(), layerOf({ 'opt/version': '1\n' })])
    await build(define(), 'moving')
    const again = await build(define(), 'moving')
    assert.ok(again.some((line) => /^CACHED .*FROM /.test(line)) && again.some((line) => /^CACHED .*RUN /.test(line)), again.join('\n'))

    registry.add('moving:latest', [baseLayer(), layerOf({ 'opt/version': '2\n' })])
    const changed = await build(define(), 'moving')
    assert.ok(!changed.some((line) => line.startsWith('CACHED')), changed.join('\n'))
    assert.equal(await said('moving', 'cat ~/seen'), '2\n')
  })

  it('are refused by name, where they cannot be used or had', async () => {
    const { Template, BuildError } = client
    const refused = async (image, message) => assert.rejects(build(Template().fromImage(image), 'refused'), (error) => {
      assert.ok(error instanceof BuildError)
      assert.ok(error.message.includes(image), error.message)
      assert.match(error.message, message)
      return true
    })
    await refused(registry.add('alpine:3', [layerOf({ 'lib/ld-musl-x86_64.so.1': '', 'etc/os-release': 'PRETTY_NAME="Alpine Linux v3.20"\n' })]), /\(Alpine Linux v3\.20\).* musl, not glibc.*debian, ubuntu/)
    await refused(registry.add('scratch:1', [layerOf({ program: '' })]), /no C library/)
    await refused(registry.add('foreign:1', [baseLayer()], { arch: 's390x' }), /is for s390x and not for this machine's/)
    await refused(`${registry.host}/nothing:here`, /no such image or tag/)
    await refused('127.0.0.1:1/nobody:here', /connection refused/)
    await refused('-Not An Image-', /no image's name/)
    assert.equal(await client.Template.exists('refused'), true)
    await assert.rejects(client.Sandbox.create('refused'), /does not exist/)
  })

  it('of registries with a password: it is neither kept nor said', async () => {
    const image = closed.add('team/app:1', [baseLayer(), layerOf({ 'opt/secret-app': 'it\n' })])
    const log = await build(client.Template().fromImage(image, { username: 'me', password: SECRET }), 'private')
    assert.equal(await said('private', 'cat /opt/secret-app'), 'it\n')

    const encoded = Buffer.from(`me:${SECRET}`).toString('base64')
    assert.ok(!log.join('\n').includes(SECRET))
    assert.ok(!readFileSync(join(data, 'server.log'), 'utf8').includes(SECRET))
    for (const secret of [SECRET, encoded]) {
      // grep ends with 1 when it finds nothing.
      assert.throws(() => execFileSync('grep', ['-rlF', '--exclude-dir=whole', secret, data], { encoding: 'utf8' }), (error) => error.status === 1)
    }
  })

  it('outlive the server', async () => {
    const image = registry.add('lasting:1', [baseLayer(), layerOf({ 'opt/lasting': 'still here\n' })])
    await build(client.Template().fromImage(image).runCmd('cp /opt/lasting ~/copied'), 'lasting')
    await stop('SIGKILL')
    stop = await startServer({ data })

    assert.equal(await said('lasting', 'cat ~/copied /opt/lasting'), 'still here\nstill here\n')
    const again = await build(client.Template().fromImage(image).runCmd('cp /opt/lasting ~/copied'), 'lasting')
    assert.ok(again.some((line) => /^CACHED .*RUN /.test(line)), again.join('\n'))
  })
})
