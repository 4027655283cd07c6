import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startServer } from './support.mjs'

describe('templates that the official client builds', () => {
  let stop, client, context
  before(async () => {
    stop = await startServer()
    client = await import('e2b')
    context = mkdtempSync(join(tmpdir(), 'e2b-conformance-context-'))
    mkdirSync(join(context, 'tree/below'), { recursive: true })
    writeFileSync(join(context, 'hello.txt'), 'hello\n')
    writeFileSync(join(context, 'tree/below/file'), 'in a tree\n')
  })
  after(() => {
    rmSync(context, { recursive: true, force: true })
    return stop()
  })

  const build = async (template, name, options = {}) => {
    const log = []
    const info = await client.Template.build(template, name, { memoryMB: 512, onBuildLogs: (entry) => log.push(entry.message), ...options })
    return { info, log, cached: (kind) => log.some((line) => new RegExp(`^CACHED \\[builder \\d+/\\d+\\] ${kind}`).test(line)) }
  }

  it('have their files, user, directory, limits and running start command, and come from the cache the second time', async () => {
    const { Template, Sandbox, waitForPort } = client
    const define = () => Template({ fileContextPath: context })
      .fromBaseImage()
      .copy('hello.txt', '/opt/app/')
      .copy('tree', '/opt/tree', { mode: 0o750 })
      .setWorkdir('/opt/app')
      .setEnvs({ GREETING: 'good morning' })
      .runCmd('echo "$GREETING from $(id -un) in $PWD" > ~/said; cat hello.txt >> ~/said')
      .setStartCmd('python3 -m http.server 8000', waitForPort(8000))
    const first = await build(define(), 'served:v1', { tags: ['stable'] })

    assert.deepEqual(first.info.tags, ['v1', 'stable'])
    assert.ok(!first.cached('COPY') && !first.cached('RUN'))
    assert.equal(await Template.exists('served'), true)
    const sandbox = await Sandbox.create('served:stable')
    assert.equal(await sandbox.files.read('/home/user/said'), 'good morning from user in /opt/app\nhello\n')
    assert.equal((await sandbox.commands.run('pwd; id -un; curl -s http://127.0.0.1:8000/hello.txt; stat -c "%U %a" /opt/tree/below/file')).stdout, '/opt/app\nuser\nhello\nuser 750\n')
    assert.deepEqual((({ cpuCount, memoryMB }) => [cpuCount, memoryMB])(await sandbox.getInfo()), [2, 512])
    await sandbox.kill()

    const second = await build(define(), 'served:v1', { tags: ['stable'] })
    assert.ok(second.cached('COPY hello.txt') && second.cached('COPY tree') && second.cached('RUN'), second.log.join('\n'))
    assert.deepEqual((await Template.getTags('served')).map((one) => [one.tag, one.buildId]), [['stable', second.info.buildId], ['v1', second.info.buildId]])
  })

  it('fail at the step that fails, and say where it is written', async () => {
    const { Template, BuildError } = client
    const define = Template().fromTemplate('base').runCmd('true').runCmd('echo to be seen; exit 7')

    const error = await build(define, 'failing').catch((e) => e)

    assert.ok(error instanceof BuildError)
    assert.equal(error.message, "failed to run command 'echo to be seen; exit 7': exit status 7")
    assert.match(error.stack, /builds\.test\.mjs/)
    await assert.rejects(client.Sandbox.create('failing'), /tag 'default' does not exist for template 'failing'/)
  })
})
