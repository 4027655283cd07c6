import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer, until } from './support.mjs'

describe("a sandbox's life", () => {
  let stop, Sandbox, NotFoundError
  before(async () => {
    stop = await startServer()
    ;({ Sandbox, NotFoundError } = await import('e2b'))
  })
  after(() => stop())

  it('is paused and resumed with its processes and their memory', async () => {
    const sandbox = await Sandbox.create({ timeoutMs: 300_000 })
    try {
      // The number lives in the process's memory alone; it says it when asked to by a signal.
      const secret = String(Math.random())
      const program = `import os, signal, sys
secret = sys.stdin.readline()
signal.signal(signal.SIGUSR1, lambda *_: open('/tmp/said', 'w').write(secret))
print('ready', flush=True)
while True: signal.pause()`
      const process = await sandbox.commands.run(`exec python3 -c "${program}"`, { background: true, stdin: true, timeoutMs: 0 })
      await sandbox.commands.sendStdin(process.pid, secret + '\n')
      await until(() => process.stdout.includes('ready'), 'the program waits')

      assert.equal(await sandbox.pause(), true)
      assert.equal(await sandbox.isRunning(), false)
      assert.equal((await sandbox.getInfo()).state, 'paused')
      assert.equal(await sandbox.pause(), false)

      const again = await Sandbox.connect(sandbox.sandboxId, { timeoutMs: 120_000 })
      assert.equal(await again.isRunning(), true)
      assert.ok((await again.commands.list()).some((one) => one.pid === process.pid))
      await again.commands.run(`kill -USR1 ${process.pid}`)
      await until(async () => (await again.files.exists('/tmp/said')), 'the process answers')
      assert.equal((await again.files.read('/tmp/said')).trim(), secret)
      const { endAt, state } = await again.getInfo()
      assert.equal(state, 'running')
      const left = endAt - Date.now()
      assert.ok(left > 110_000 && left < 121_000, `${left} ms left`)
    } finally {
      assert.equal(await sandbox.kill(), true)
    }
  })

  it('stands still while paused', async () => {
    const sandbox = await Sandbox.create()
    try {
      // The process notes the longest time between two of its steps: what it did not live through.
      const program = `import time
last, longest = time.time(), 0
print('ready', flush=True)
while True:
    time.sleep(0.01)
    now = time.time()
    if now - last > longest:
        longest = now - last
        open('/tmp/longest', 'w').write(str(longest))
    last = now`
      const steps = await sandbox.commands.run(`exec python3 -c "${program}"`, { background: true, timeoutMs: 0 })
      await until(() => steps.stdout.includes('ready'), 'the program steps')
      await sandbox.pause()
      await new Promise((resolve) => setTimeout(resolve, 1_500))
      await sandbox.connect()
      await until(async () => Number(await sandbox.files.read('/tmp/longest')) > 1.4, 'it noticed')
    } finally {
      await sandbox.kill()
    }
  })

  it('comes back from its files alone when asked to', async () => {
    const sandbox = await Sandbox.create()
    try {
      await sandbox.files.write('/home/user/kept', 'yes')
      const sleeper = await sandbox.commands.run('sleep 600', { background: true, timeoutMs: 0 })
      assert.equal(await sandbox.pause({ keepMemory: false }), true)
      await sandbox.connect()
      assert.equal(await sandbox.files.read('/home/user/kept'), 'yes')
      assert.ok(!(await sandbox.commands.list()).some((one) => one.pid === sleeper.pid && one.args.join(' ').includes('sleep 600')))

      await sandbox.pause()
      const rebooted = await Sandbox.connect(sandbox.sandboxId, { onResume: 'reboot' })
      assert.equal(await rebooted.files.read('/home/user/kept'), 'yes')
    } finally {
      await sandbox.kill()
    }
  })

  it('ends in a pause when that was asked for, within a second of its time', async () => {
    const sandbox = await Sandbox.create({ timeoutMs: 3_000, lifecycle: { onTimeout: 'pause' } })
    try {
      const { endAt, lifecycle } = await sandbox.getInfo()
      assert.deepEqual(lifecycle, { onTimeout: 'pause', autoResume: false })
      await sandbox.files.write('/tmp/before', 'the pause')
      let paused
      await until(async () => {
        paused = Date.now()
        return (await sandbox.getInfo()).state === 'paused'
      }, 'it is paused')
      assert.ok(paused - endAt > -100 && paused - endAt < 1_000, `paused ${paused - endAt} ms after its time`)
      await assert.rejects(sandbox.files.read('/tmp/before'))
      const again = await sandbox.connect({ timeoutMs: 60_000 })
      assert.equal(await again.files.read('/tmp/before'), 'the pause')
    } finally {
      await sandbox.kill()
    }
  })

  it('is over within a second of its time', async () => {
    const sandbox = await Sandbox.create({ timeoutMs: 3_000 })
    const { endAt } = await sandbox.getInfo()
    let gone
    await until(async () => {
      gone = Date.now()
      try {
        await sandbox.getInfo()
        return false
      } catch {
        return true
      }
    }, 'it is gone')
    assert.ok(gone - endAt > -100 && gone - endAt < 1_000, `gone ${gone - endAt} ms after its time`)
  })

  it('goes on when traffic comes, if it may', async () => {
    const sandbox = await Sandbox.create({ lifecycle: { onTimeout: 'pause', autoResume: true } })
    try {
      await sandbox.files.write('/tmp/file', 'woken')
      await sandbox.pause()
      assert.equal((await sandbox.getInfo()).state, 'paused')
      assert.equal(await sandbox.files.read('/tmp/file'), 'woken')
      assert.equal((await sandbox.getInfo()).state, 'running')
    } finally {
      await sandbox.kill()
    }
  })

  it('is listed while paused, and by its state', async () => {
    const made = await Promise.all([0, 1, 2].map(() => Sandbox.create({ metadata: { group: 'states' } })))
    try {
      await made[0].pause()
      const ids = async (state) => {
        const found = []
        const pages = Sandbox.list({ query: { metadata: { group: 'states' }, state }, limit: 2 })
        while (pages.hasNext) found.push(...(await pages.nextItems()))
        return found.map((one) => `${one.sandboxId} ${one.state}`).sort()
      }
      const paused = [`${made[0].sandboxId} paused`]
      const running = made.slice(1).map((one) => `${one.sandboxId} running`).sort()
      assert.deepEqual(await ids(['paused']), paused)
      assert.deepEqual(await ids(['running']), running)
      assert.deepEqual(await ids(), [...paused, ...running].sort())
    } finally {
      await Promise.all(made.map((sandbox) => sandbox.kill()))
    }
  })

  it('is copied by forks, which have its files and not its later ones', async () => {
    const sandbox = await Sandbox.create({ metadata: { family: 'forked' }, envs: { GIVEN: 'at create' } })
    let forks = []
    try {
      await sandbox.files.write('/home/user/shared', 'before')
      forks = await sandbox.fork({ count: 2, timeoutMs: 60_000 })
      await sandbox.files.write('/home/user/shared', 'after')
      assert.equal(forks.length, 2)
      assert.equal(new Set([sandbox.sandboxId, ...forks.map((one) => one.sandboxId)]).size, 3)
      for (const fork of forks) {
        assert.equal(await fork.files.read('/home/user/shared'), 'before')
        assert.equal((await fork.commands.run('echo $GIVEN $E2B_SANDBOX_ID')).stdout.trim(), `at create ${fork.sandboxId}`)
        assert.deepEqual((await fork.getInfo()).metadata, { family: 'forked' })
      }
      await forks[0].files.write('/home/user/shared', 'mine')
      assert.equal(await forks[1].files.read('/home/user/shared'), 'before')
      assert.equal(await sandbox.files.read('/home/user/shared'), 'after')
    } finally {
      await Promise.all([sandbox, ...forks].map((one) => one.kill()))
    }
  })

  it('tells what it uses', async () => {
    const sandbox = await Sandbox.create()
    try {
      const [first] = await sandbox.getMetrics()
      assert.ok(first.timestamp instanceof Date)
      assert.equal(first.cpuCount, 2)
      assert.equal(first.memTotal, 512 * 1024 * 1024)
      assert.ok(first.memUsed > 1024 * 1024 && first.memUsed < first.memTotal, `${first.memUsed}`)
      assert.ok(first.diskTotal > 9e9 && first.diskUsed >= 0 && first.diskUsed < 1e9)
      await sandbox.commands.run('head -c 100000000 /dev/urandom > /home/user/large')
      for (let i = 0; i < 2; i++) await sandbox.commands.run('while :; do :; done', { background: true, timeoutMs: 0 })
      let samples
      await until(async () => {
        samples = await sandbox.getMetrics()
        return samples.some((one) => one.cpuUsedPct > 1 && one.diskUsed - first.diskUsed > 90_000_000)
      }, 'the next measurement shows it')
      assert.ok(samples.every((one) => one.cpuUsedPct >= 0 && one.cpuUsedPct <= 100))
      assert.deepEqual(samples.map((one) => +one.timestamp), samples.map((one) => +one.timestamp).sort((a, b) => a - b))
      assert.deepEqual(await sandbox.getMetrics({ start: new Date(Date.now() + 60_000), end: new Date(Date.now() + 120_000) }), [])
    } finally {
      await sandbox.kill()
    }
  })

  it('is written down in logs', async () => {
    // The official client has no call for logs any more; this is the request its CLI makes.
    const logs = async (id, query = '') => {
      const answer = await fetch(`${process.env.E2B_API_URL}/v2/sandboxes/${id}/logs?direction=forward${query}`, {
        headers: { 'X-API-KEY': process.env.E2B_API_KEY },
      })
      assert.equal(answer.status, 200)
      return (await answer.json()).logs
    }
    const sandbox = await Sandbox.create()
    const { pid, exitCode } = await sandbox.commands.run('exit 3', { background: true, envs: { SECRET: 'not-for-logs' } }).then(async (handle) => ({
      pid: handle.pid,
      exitCode: await handle.wait().catch((error) => error.exitCode),
    }))
    assert.equal(exitCode, 3)
    await until(async () => (await logs(sandbox.sandboxId, `&search=Process with pid ${pid} ended`)).length === 1, 'its end is written down')
    await sandbox.pause()
    await sandbox.kill()
    const entries = await logs(sandbox.sandboxId)
    const messages = entries.map((one) => one.message)
    for (const [i, expected] of ['Sandbox created', `Process with pid ${pid} started`, `Process with pid ${pid} ended`, 'Pausing sandbox', 'Killing sandbox', 'Sandbox stopped'].entries()) {
      assert.ok(messages.includes(expected), expected)
      assert.ok(i === 0 || messages.indexOf(expected) > messages.indexOf('Sandbox created'))
    }
    const started = entries.find((one) => one.message.endsWith('started'))
    assert.equal(started.level, 'info')
    assert.equal(started.fields.event_type, 'process_start')
    assert.match(started.fields.command, /exit 3/)
    assert.equal(entries.find((one) => one.message.endsWith('ended')).fields.exit_code, '3')
    assert.ok(!JSON.stringify(entries).includes('not-for-logs'))
    assert.deepEqual(await logs('inobody'), [])
  })

  it('is not there any more for any of this once it was killed', async () => {
    const sandbox = await Sandbox.create()
    await sandbox.pause()
    assert.equal(await sandbox.kill(), true)
    assert.equal(await sandbox.kill(), false)
    await assert.rejects(sandbox.connect(), NotFoundError)
    await assert.rejects(sandbox.pause(), NotFoundError)
    await assert.rejects(sandbox.createSnapshot(), NotFoundError)
    await assert.rejects(sandbox.fork(), NotFoundError)
  })
})
