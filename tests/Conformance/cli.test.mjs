// The official command line, unmodified, with nothing but the three variables that the server prints.
import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, describe, it } from 'node:test'
import { startServer, until } from './support.mjs'

const program = fileURLToPath(new URL('node_modules/@e2b/cli/dist/index.js', import.meta.url))
const ID = /i[a-z0-9]{20}/

describe('@e2b/cli', () => {
  let stop, home, Sandbox
  before(async () => {
    stop = await startServer()
    home = mkdtempSync(join(tmpdir(), 'e2b-cli-'))
    ;({ Sandbox } = await import('e2b'))
  })
  after(async () => {
    await stop()
    rmSync(home, { recursive: true })
  })

  const environment = () => ({
    PATH: process.env.PATH, HOME: home, TERM: 'xterm', TZ: 'UTC', NO_UPDATE_NOTIFIER: '1',
    E2B_API_URL: process.env.E2B_API_URL, E2B_SANDBOX_URL: process.env.E2B_SANDBOX_URL, E2B_API_KEY: process.env.E2B_API_KEY,
  })

  function start(command, args, cwd = home) {
    const child = spawn(command, args, { cwd, env: environment(), stdio: ['pipe', 'pipe', 'pipe'] })
    const run = { child, stdout: '', stderr: '' }
    child.stdout.setEncoding('utf8').on('data', (text) => (run.stdout += text))
    child.stderr.setEncoding('utf8').on('data', (text) => (run.stderr += text))
    run.done = new Promise((resolve) => child.once('close', (code) => resolve(Object.assign(run, { code }))))
    return run
  }

  async function e2b(args, { input = '', cwd } = {}) {
    const run = start(process.execPath, [program, ...args], cwd)
    run.child.stdin.end(input)
    return await run.done
  }

  async function ok(...args) {
    const { code, stdout, stderr } = await e2b(args)
    assert.equal(code, 0, `e2b ${args.join(' ')}: ${stderr}${stdout}`)
    return stdout
  }

  // A terminal of its own: the command line refuses to connect without one.
  const inTerminal = (args) => start('script', ['-qec', [process.execPath, program, ...args].join(' '), '/dev/null'])

  it('auth info says that nobody is logged in, which with a key alone is right', async () => {
    assert.equal(await ok('auth', 'info'), 'Not logged in\n')
  })

  it('sandbox create, list, info, kill', async () => {
    assert.equal(await ok('sandbox', 'list'), 'No sandboxes found\n')
    const id = ID.exec(await ok('sandbox', 'create', 'base', '--detach', '--timeout', '120', '--lifecycle.ontimeout', 'pause', '--lifecycle.autoresume'))[0]
    assert.match(await ok('sandbox', 'list'), new RegExp(`${id}.*base.*Running`))
    const listed = JSON.parse(await ok('sandbox', 'list', '-f', 'json', '--state', 'running,paused', '--template', 'base', '--limit', '5'))
    assert.deepEqual(listed.map((one) => [one.sandboxId, one.state, one.templateId]), [[id, 'running', 'base']])
    const info = JSON.parse(await ok('sandbox', 'info', id, '--format', 'json'))
    assert.equal(info.sandboxId, id)
    assert.deepEqual(info.lifecycle, { onTimeout: 'pause', autoResume: true })
    assert.equal((info.endAt && new Date(info.endAt) - new Date(info.startedAt)) / 1000, 120)
    assert.match(await ok('sandbox', 'info', id), new RegExp(id))

    assert.match(await ok('sandbox', 'kill', id), /killed/)
    assert.equal(await ok('sandbox', 'list', '--state', 'running,paused'), 'No sandboxes found\n')
    const again = await e2b(['sandbox', 'kill', id])
    assert.match(again.stdout + again.stderr, /not found|wasn't found/)
  })

  it('sandbox exec: output, exit code, stdin, environment, directory, user, background', async () => {
    const sandbox = await Sandbox.create()
    try {
      const { code, stdout, stderr } = await e2b(['sandbox', 'exec', '-e', 'A=b c', '-c', '/tmp', '-u', 'root', sandbox.sandboxId, 'echo "$A" $PWD $(id -un); echo err >&2; exit 7'])
      assert.deepEqual([code, stdout], [7, 'b c /tmp root\n'])
      assert.match(stderr, /^err\n/)
      const piped = await e2b(['sandbox', 'exec', sandbox.sandboxId, 'wc', '-c'], { input: 'x'.repeat(200_000) })
      assert.deepEqual([piped.code, piped.stdout], [0, '200000\n'])
      const background = await e2b(['sandbox', 'exec', '--background', sandbox.sandboxId, 'sleep 1000'])
      assert.equal(background.code, 0)
      const pid = Number(background.stderr.trim().split('\n').at(-1))
      assert.ok((await sandbox.commands.list()).some((one) => one.pid === pid))
      const missing = await e2b(['sandbox', 'exec', 'i' + '0'.repeat(20), 'true'])
      assert.equal(missing.code, 1)
      assert.match(missing.stderr, /doesn't exist|not found/)
    } finally {
      await sandbox.kill()
    }
  })

  it('sandbox logs and metrics, to the end with --follow', async () => {
    const sandbox = await Sandbox.create()
    await sandbox.commands.run('echo hello')
    try {
      const logs = await ok('sandbox', 'logs', sandbox.sandboxId, '--level', 'DEBUG', '--format', 'json')
      const lines = logs.trim().split('\n').filter((line) => line.startsWith('{')).map((line) => JSON.parse(line))
      assert.ok(lines.length > 0)
      for (const line of lines) assert.ok(!Number.isNaN(Date.parse(line.timestamp)) && line.message, JSON.stringify(line))
      assert.match(await ok('sandbox', 'logs', sandbox.sandboxId), /Logs for sandbox/)
      const metrics = await ok('sandbox', 'metrics', sandbox.sandboxId, '--format', 'json')
      assert.match(metrics, /"cpuCount":2/)
      assert.match(await ok('sandbox', 'metrics', sandbox.sandboxId), /CPU/)

      const following = start(process.execPath, [program, 'sandbox', 'logs', '--follow', sandbox.sandboxId])
      await until(() => following.stdout.includes('Sandbox created'), 'the log so far')
      await sandbox.kill()
      const { code, stdout } = await following.done
      assert.equal(code, 0)
      assert.match(stdout.replace(/\u001b\[\d+m/g, ''), /Stopped printing logs — sandbox is closed/)
    } finally {
      await sandbox.kill()
    }
  })

  it('sandbox pause and resume', async () => {
    const sandbox = await Sandbox.create()
    try {
      assert.match(await ok('sandbox', 'pause', sandbox.sandboxId), /paused/)
      assert.match(await ok('sandbox', 'list', '--state', 'paused'), new RegExp(sandbox.sandboxId))
      const again = await e2b(['sandbox', 'pause', sandbox.sandboxId])
      assert.match(again.stdout + again.stderr, /already paused|wasn't found/)
      assert.match(await ok('sandbox', 'resume', sandbox.sandboxId), /resumed/)
      assert.equal((await sandbox.commands.run('echo on')).stdout, 'on\n')
    } finally {
      await sandbox.kill()
    }
  })

  it('sandbox snapshot create, list, delete', async () => {
    const sandbox = await Sandbox.create()
    try {
      await sandbox.files.write('/home/user/f', 'in it')
      const made = await ok('sandbox', 'snapshot', 'create', sandbox.sandboxId, '--name', 'by-cli')
      assert.match(made, /local\/by-cli:default/)
      assert.match(await ok('sandbox', 'snapshot', 'list'), /local\/by-cli/)
      assert.match(await ok('sandbox', 'snapshot', 'list', sandbox.sandboxId), /local\/by-cli/)
      const id = ID.exec(await ok('sandbox', 'create', 'by-cli', '--detach'))[0]
      assert.equal(await ok('sandbox', 'exec', id, 'cat', '/home/user/f'), 'in it')
      await ok('sandbox', 'kill', id)
      await ok('sandbox', 'snapshot', 'delete', 'local/by-cli:default')
      assert.doesNotMatch(await ok('sandbox', 'snapshot', 'list'), /by-cli/)
    } finally {
      await sandbox.kill()
    }
  })

  it('sandbox create and connect give a terminal', async () => {
    const created = inTerminal(['sandbox', 'create', 'base', '--timeout', '60'])
    await until(() => /\$ $/.test(created.stdout), 'a prompt of create')
    created.child.stdin.write('echo $((6*7)) `stty size | wc -w` $TERM\n')
    await until(() => /^42 2 xterm/m.test(created.stdout), 'the answer in the terminal')
    const id = ID.exec(created.stdout)[0]

    const connected = inTerminal(['sandbox', 'connect', '-u', 'root', '-c', '/tmp', '-e', 'WHO=me', id])
    await until(() => /# $/.test(connected.stdout), 'a prompt of connect')
    connected.child.stdin.write('echo $WHO $PWD; exit\n')
    const { code, stdout } = await connected.done
    assert.equal(code, 0)
    assert.match(stdout, /^me \/tmp\r$/m)
    assert.match(stdout, /Closing terminal connection to sandbox/)

    created.child.stdin.write('exit\n')
    assert.equal((await created.done).code, 0)
    assert.match(created.stdout, /Closing terminal connection/)
    await Sandbox.kill(id)
  })

  it('sandbox kill --all, with a filter', async () => {
    const [one, two] = await Promise.all([Sandbox.create({ metadata: { keep: 'no' } }), Sandbox.create({ metadata: { keep: 'yes' } })])
    await ok('sandbox', 'kill', '--all', '--metadata', 'keep=no')
    assert.equal(await one.isRunning(), false)
    assert.equal(await two.isRunning(), true)
    await ok('sandbox', 'kill', '--all')
    assert.equal(await ok('sandbox', 'list'), 'No sandboxes found\n')
  })

  it('template list, init, migrate; publish and delete of a snapshot', async () => {
    const templates = JSON.parse(await ok('template', 'list', '--format', 'json'))
    assert.deepEqual(templates.map((one) => [one.templateID, one.aliases, one.names, one.cpuCount, one.memoryMB, one.diskSizeMB, one.buildStatus]), [
      ['base', ['base'], ['base'], 2, 512, 10240, 'ready'],
      ['code-interpreter-v1', ['code-interpreter-v1'], ['code-interpreter-v1'], 2, 2048, 10240, 'ready'],
    ])
    assert.match(await ok('template', 'list'), /base.*2.*512/)

    await ok('template', 'init', '--name', 'mine', '--language', 'typescript', '--path', home)
    assert.match(readFileSync(join(home, 'mine/template.ts'), 'utf8'), /Template/)
    const old = join(home, 'old')
    mkdirSync(old)
    writeFileSync(join(old, 'e2b.Dockerfile'), 'FROM ubuntu:22.04\nRUN echo hi\n')
    writeFileSync(join(old, 'e2b.toml'), 'template_id = "abc"\ndockerfile = "e2b.Dockerfile"\n')
    const migrated = await e2b(['template', 'migrate', '--language', 'python-sync', '--path', old])
    assert.equal(migrated.code, 0, migrated.stderr)
    assert.match(readFileSync(join(old, 'template.py'), 'utf8'), /from_image\("ubuntu:22.04"\)/)

    const sandbox = await Sandbox.create()
    const { snapshotId } = await sandbox.createSnapshot({ name: 'to-publish' })
    await sandbox.kill()
    await ok('template', 'publish', '--yes', 'to-publish')
    await ok('template', 'unpublish', '--yes', 'to-publish')
    await ok('template', 'delete', '--yes', 'to-publish')
    assert.equal(await Sandbox.deleteSnapshot(snapshotId), false)
    const base = await e2b(['template', 'delete', '--yes', 'base'])
    assert.equal(base.code, 1)
    assert.match(base.stderr, /access to template 'base'/)
  })

  it('template create from a Dockerfile, list, publish, unpublish, delete', async () => {
    const folder = join(home, 'dockerfile')
    mkdirSync(folder)
    writeFileSync(join(folder, 'hello.txt'), 'from the context\n')
    writeFileSync(join(folder, 'e2b.Dockerfile'), 'FROM e2bdev/base\nENV GREETING=hello\nWORKDIR /opt/app\nCOPY hello.txt ./\nRUN echo "$GREETING" > said\n')
    const made = await ok('template', 'create', '--path', folder, '--cpu-count', '1', '--memory-mb', '256', '-c', 'touch /tmp/started; sleep 1000', '--ready-cmd', '[ -f /tmp/started ]', 'built-by-cli')
    assert.match(made, /Building sandbox template .*built-by-cli.* finished/)

    const [listed] = JSON.parse(await ok('template', 'list', '--format', 'json')).filter((one) => one.aliases.includes('built-by-cli'))
    assert.deepEqual([listed.cpuCount, listed.memoryMB, listed.buildStatus, listed.public], [1, 256, 'ready', false])
    assert.match(await ok('template', 'list'), /built-by-cli.*1.*256/)
    const id = ID.exec(await ok('sandbox', 'create', 'built-by-cli', '--detach'))[0]
    assert.equal(await ok('sandbox', 'exec', id, 'cat /opt/app/said /opt/app/hello.txt; ls /tmp/started'), 'hello\nfrom the context\n/tmp/started\n')

    await ok('template', 'publish', '--yes', 'built-by-cli')
    assert.equal(JSON.parse(await ok('template', 'list', '--format', 'json')).find((one) => one.templateID === listed.templateID).public, true)
    await ok('template', 'unpublish', '--yes', 'built-by-cli')
    const used = await e2b(['template', 'delete', '--yes', 'built-by-cli'])
    assert.equal(used.code, 1, used.stdout)
    await ok('sandbox', 'kill', id)

    await ok('template', 'delete', '--yes', listed.templateID)
    assert.doesNotMatch(await ok('template', 'list'), /built-by-cli/)
  })

  it('template create says what failed; template build, that it is no more', async () => {
    const folder = join(home, 'failing')
    mkdirSync(folder)
    const create = async (dockerfile, ...options) => {
      writeFileSync(join(folder, 'Dockerfile'), dockerfile)
      const { code, stdout, stderr } = await e2b(['template', 'create', '--path', folder, ...options, 'failing-by-cli'])
      assert.equal(code, 1)
      return stdout + stderr
    }
    assert.match(await create('FROM e2bdev/base\nRUN exit 5\n', '--no-cache'), /Template build failed[^]*failed to run command 'exit 5': exit status 5/)
    assert.match(await create('FROM 127.0.0.1:1/nobody:here\n'), /the image '127\.0\.0\.1:1\/nobody:here' cannot be used: .*connection refused/)
    assert.match(await create('FROM e2bdev/base\n', '--cpu-count', '3'), /CPU count must be 1 or an even number/)

    const build = await e2b(['template', 'build', '--path', folder])
    assert.equal(build.code, 1)
    assert.match(build.stdout + build.stderr, /v1 build system which is now deprecated/)
  })
})
