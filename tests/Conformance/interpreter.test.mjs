// The official code interpreter client against the template code-interpreter-v1.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startServer, until } from './support.mjs'

const SANDBOXES = 32

describe('the code interpreter', () => {
  let stop, Sandbox, errors, sandbox
  before(async () => {
    stop = await startServer()
    ;({ Sandbox } = await import('@e2b/code-interpreter'))
    errors = await import('e2b')
    sandbox = await Sandbox.create({ timeoutMs: 900_000, envs: { SHARED: 'supertest' } })
  })
  after(() => stop())

  /** Takes a sandbox of its own, since the test changes or ends it. */
  async function withSandbox(act, opts) {
    const own = await Sandbox.create({ timeoutMs: 600_000, ...opts })
    try {
      return await act(own)
    } finally {
      await own.kill()
    }
  }

  it('is the template that the client creates by itself', async () => {
    assert.equal((await sandbox.getInfo()).templateId, 'code-interpreter-v1')
    assert.equal((await sandbox.getInfo()).memoryMB, 2048)
  })

  it('keeps state from one run to the next', async () => {
    await sandbox.runCode('x = 1')
    const execution = await sandbox.runCode('x += 1; x')
    assert.equal(execution.text, '2')
    assert.equal(execution.error, undefined)
    assert.ok(execution.executionCount >= 2)
  })

  it('calls back with everything as it comes', async () => {
    const seen = []
    const note = (kind) => (one) => seen.push([kind, one.line ?? one.text ?? one.name])
    const execution = await sandbox.runCode(
      "import sys\nfrom IPython.display import display\nprint('out'); sys.stdout.flush()\nprint('err', file=sys.stderr); sys.stderr.flush()\ndisplay('shown')\nraise ValueError('bad')",
      { onStdout: note('stdout'), onStderr: note('stderr'), onResult: note('result'), onError: note('error') })
    assert.deepEqual(seen, [['stdout', 'out\n'], ['stderr', 'err\n'], ['result', 'shown'], ['error', 'ValueError']])
    assert.deepEqual([execution.logs.stdout, execution.logs.stderr], [['out\n'], ['err\n']])
    assert.deepEqual([execution.error.name, execution.error.value], ['ValueError', 'bad'])
    assert.match(execution.error.traceback, /ValueError: bad/)
  })

  for (const [language, code, read] of [
    ['python', "import os; print(os.getcwd(), os.environ['SHARED'])", (e) => e.logs.stdout.join('')],
    ['js', 'console.log(process.cwd(), process.env.SHARED)', (e) => e.logs.stdout.join('')],
    ['javascript', 'console.log(process.cwd(), process.env.SHARED)', (e) => e.logs.stdout.join('')],
    ['ts', 'const dir: string = process.cwd(); console.log(dir, process.env.SHARED)', (e) => e.logs.stdout.join('')],
    ['bash', 'echo $PWD $SHARED', (e) => e.logs.stdout.join('')],
  ]) {
    it(`runs ${language} at home, with the sandbox's variables`, async () => {
      const execution = await sandbox.runCode(code, { language })
      assert.equal(execution.error, undefined)
      assert.equal(read(execution), '/home/user supertest\n')
    })
  }

  it('says which languages it has not', async () => {
    assert.match((await sandbox.runCode('1', { language: 'r' })).error.value, /^R is not supported/)
    assert.match((await sandbox.runCode('1', { language: 'java' })).error.value, /^Java is not supported/)
    await assert.rejects(sandbox.runCode('1', { language: 'klingon' }), /500/)
    await assert.rejects(sandbox.createCodeContext({ language: 'klingon' }), /500/)
  })

  it('has variables of one run for that run', async () => {
    const show = "import os; os.getenv('FOO', 'none'), os.getenv('SHARED')"
    assert.equal((await sandbox.runCode(show, { envs: { FOO: 'bar', SHARED: 'other' } })).text, "('bar', 'other')")
    assert.equal((await sandbox.runCode(show)).text, "('none', 'supertest')")
  })

  it('keeps contexts apart', async () => {
    const [one, two] = await Promise.all([sandbox.createCodeContext(), sandbox.createCodeContext({ cwd: '/tmp', language: 'python' })])
    assert.deepEqual([one.language, one.cwd, two.cwd], ['python', '/home/user', '/tmp'])
    await sandbox.runCode('y = 1', { context: one })
    assert.equal((await sandbox.runCode('y', { context: two })).error.value, "name 'y' is not defined")
    assert.equal((await sandbox.runCode('import os; os.getcwd()', { context: two })).text, '/tmp')
    const listed = (await sandbox.listCodeContexts()).map((context) => context.id)
    assert.ok(listed.includes(one.id) && listed.includes(two.id))

    await sandbox.restartCodeContext(one)
    assert.equal((await sandbox.runCode('y', { context: one })).error.name, 'NameError')
    await sandbox.removeCodeContext(one.id)
    await assert.rejects(sandbox.runCode('1', { context: one }), errors.NotFoundError)
    await assert.rejects(sandbox.restartCodeContext(one), errors.NotFoundError)
    await assert.rejects(sandbox.runCode('1', { context: two, language: 'python' }), errors.InvalidArgumentError)
  })

  it('is free again when the client has given up', async () => {
    await sandbox.runCode('kept = 1')
    await assert.rejects(sandbox.runCode('while True: pass', { timeoutMs: 1_000 }), errors.TimeoutError)
    assert.equal((await sandbox.runCode('kept + 1', { timeoutMs: 60_000 })).text, '2')
  })

  it('gives charts and data frames as data', async () => {
    const { results } = await sandbox.runCode(`
import matplotlib.pyplot as plt
import pandas
plt.plot([1, 2, 3], [1, 4, 9], label='squares')
plt.xlabel('n'); plt.title('Squares')
plt.show()
pandas.DataFrame({'a': [1, 2, 3]})`)
    assert.equal(results.length, 2)
    const [{ chart, png, text, extra }, frame] = results
    assert.deepEqual([chart.type, chart.title, chart.x_label], ['line', 'Squares', 'n'])
    assert.deepEqual(chart.elements, [{ label: 'squares', points: [[1, 1], [2, 4], [3, 9]] }])
    assert.ok(Buffer.from(png, 'base64').subarray(1, 4).toString() === 'PNG' && text && Object.keys(extra).length === 0)
    assert.deepEqual(frame.data, { a: [1, 2, 3] })
    assert.deepEqual(frame.formats(), ['html', 'data'])
  })

  it('is there for whoever connects', async () => {
    await sandbox.runCode('shared_by = 2')
    const again = await Sandbox.connect(sandbox.sandboxId)
    assert.equal((await again.runCode('shared_by')).text, '2')
  })

  it('wants the traffic token where ports are restricted', async () => {
    await withSandbox(async (own) => {
      assert.equal((await own.runCode('1 + 1')).text, '2')
      const context = await own.createCodeContext()
      assert.ok((await own.listCodeContexts()).some((one) => one.id === context.id))
      await own.restartCodeContext(context)
      await own.removeCodeContext(context)
      const bare = await fetch(`${process.env.E2B_SANDBOX_URL}/execute`, {
        method: 'POST',
        headers: { 'E2b-Sandbox-Id': own.sandboxId, 'E2b-Sandbox-Port': '49999', 'Content-Type': 'application/json' },
        body: '{"code":"1"}',
      })
      assert.equal(bare.status, 403)
    }, { network: { allowPublicTraffic: false } })
  })

  it('tells when the sandbox was killed under it', async () => {
    await withSandbox(async (own) => {
      let begun = false
      const run = own.runCode("print('in it', flush=True)\nimport time; time.sleep(300)", { timeoutMs: 300_000, onStdout: () => { begun = true } })
      const ended = assert.rejects(run, (error) => error instanceof errors.TimeoutError && /sandbox was killed/.test(error.message))
      await until(() => begun, 'the code runs')
      await own.kill()
      await ended
    })
  })

  it('goes on after a pause, and starts anew from files alone', async () => {
    await withSandbox(async (own) => {
      await own.runCode("x = 5; open('kept', 'w').write('file')")
      await own.pause()
      await own.connect()
      assert.equal((await own.runCode('x')).text, '5')
      await own.pause({ keepMemory: false })
      await own.connect()
      assert.equal((await own.runCode("open('kept').read(), 'x' in globals()")).text, "('file', False)")
    })
  })

  it('runs in what is made from its snapshots', async () => {
    await withSandbox(async (own) => {
      await own.runCode("open('kept', 'w').write('file')")
      const { snapshotId } = await own.createSnapshot()
      const copy = await Sandbox.create(snapshotId, { timeoutMs: 600_000 })
      try {
        assert.equal((await copy.runCode("open('kept').read()")).text, 'file')
      } finally {
        await copy.kill()
        await Sandbox.deleteSnapshot(snapshotId)
      }
    })
  })

  it(`runs code in ${SANDBOXES} sandboxes at once`, async () => {
    const all = []
    try {
      // It is the code that runs at once; how many creates a busy machine takes at once is another matter.
      while (all.length < SANDBOXES) all.push(...(await Promise.all(Array.from({ length: 4 }, () => Sandbox.create({ timeoutMs: 1_800_000, requestTimeoutMs: 600_000 })))))
      const texts = await Promise.all(all.map(async (one, i) => (await one.runCode(`import os; (${i}, os.environ['E2B_SANDBOX_ID'])`, { requestTimeoutMs: 600_000, timeoutMs: 600_000 })).text))
      assert.deepEqual(texts, all.map((one, i) => `(${i}, '${one.sandboxId}')`))
    } finally {
      await Promise.all(all.map((one) => one.kill()))
    }
  })
})
