import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer, until } from './support.mjs'

describe('commands', () => {
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

  it('return their output and exit code', async () => {
    const result = await sandbox.commands.run('echo out; echo err >&2')
    assert.deepEqual({ ...result }, { exitCode: 0, error: undefined, stdout: 'out\n', stderr: 'err\n' })
  })

  it('stream their output while they run', async () => {
    const seen = []
    const run = sandbox.commands.run('echo first; until [ -e /tmp/go ]; do sleep 0.05; done; echo second', {
      onStdout: async (data) => {
        seen.push(data)
        if (data.includes('first')) await sandbox.files.write('/tmp/go', '')
      },
    })
    await run
    assert.equal(seen.join(''), 'first\nsecond\n')
  })

  it('reject with the exit code', async () => {
    await assert.rejects(sandbox.commands.run('echo no >&2; exit 3'), (error) => {
      assert.ok(error instanceof e2b.CommandExitError)
      assert.equal(error.exitCode, 3)
      assert.equal(error.stderr, 'no\n')
      return true
    })
  })

  it('say 127 for what is not there', async () => {
    await assert.rejects(sandbox.commands.run('no-such-program'), (error) => error.exitCode === 127)
  })

  it('take stdin', async () => {
    const handle = await sandbox.commands.run('cat; echo end', { background: true, stdin: true })
    await sandbox.commands.sendStdin(handle.pid, 'line one\n')
    await sandbox.commands.sendStdin(handle.pid, 'line two\n')
    await sandbox.commands.closeStdin(handle.pid)
    const result = await handle.wait()
    assert.equal(result.stdout, 'line one\nline two\nend\n')
  })

  it('have no stdin unless asked for', async () => {
    const result = await sandbox.commands.run('cat; readlink /proc/self/fd/0')
    assert.equal(result.stdout, '/dev/null\n')
  })

  it('are listed, connected to and killed', async () => {
    const handle = await sandbox.commands.run('echo up; exec sleep 300', { background: true })
    const listed = await sandbox.commands.list()
    const mine = listed.find((process) => process.pid === handle.pid)
    assert.ok(mine)
    assert.equal(mine.cmd, '/bin/bash')
    const again = await sandbox.commands.connect(handle.pid)
    assert.equal(await sandbox.commands.kill(handle.pid), true)
    await assert.rejects(again.wait(), (error) => /signal: killed/.test(error.message))
    await until(async () => !(await sandbox.commands.list()).some((process) => process.pid === handle.pid), 'the process is off the list')
    assert.equal(await sandbox.commands.kill(handle.pid), false)
  })

  it('end at their time limit', async () => {
    const begin = Date.now()
    await assert.rejects(sandbox.commands.run('exec sleep 300', { timeoutMs: 1_000 }), e2b.TimeoutError)
    assert.ok(Date.now() - begin < 10_000)
    await until(
      async () => (await sandbox.commands.run('pgrep -fx "sleep 300" || true')).stdout === '',
      'the process is gone'
    )
  })

  it('run as another user, elsewhere, with an environment', async () => {
    const result = await sandbox.commands.run('id -un; pwd; echo $X', { user: 'root', cwd: '/usr/lib', envs: { X: '1 2' } })
    assert.equal(result.stdout, 'root\n/usr/lib\n1 2\n')
  })

  it('refuse a directory that is not there', async () => {
    await assert.rejects(sandbox.commands.run('true', { cwd: '/no/such/directory' }), e2b.InvalidArgumentError)
  })

  it('keep characters whole', async () => {
    const { stdout } = await sandbox.commands.run("for b in 342 202 254; do printf \"\\\\$b\"; sleep 0.02; done")
    assert.equal(stdout, '€')
  })

  it('bring large output whole', async () => {
    const { stdout } = await sandbox.commands.run('seq 1 200000')
    const lines = stdout.trimEnd().split('\n')
    assert.equal(lines.length, 200000)
    assert.equal(lines.at(-1), '200000')
  })

  it('have a terminal', async () => {
    let text = ''
    const decoder = new TextDecoder()
    const terminal = await sandbox.pty.create({ cols: 91, rows: 31, onData: (data) => (text += decoder.decode(data, { stream: true })) })
    await sandbox.pty.sendInput(terminal.pid, new TextEncoder().encode('stty size; echo "<$TERM>"\n'))
    await until(() => text.includes('31 91') && text.includes('<xterm-256color>'), 'the terminal has the size asked for')
    await sandbox.pty.resize(terminal.pid, { cols: 101, rows: 41 })
    await sandbox.pty.sendInput(terminal.pid, new TextEncoder().encode('stty size\n'))
    await until(() => text.includes('41 101'), 'the terminal has its new size')
    assert.equal(await sandbox.pty.kill(terminal.pid), true)
  })
})
