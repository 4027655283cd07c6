// A case for every public method of the official packages. What a method does in full is in the other files; here
// each is called as a program would, so that a method of a later version without a case is noticed.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { publicMembers } from './members.mjs'
import { startServer, until } from './support.mjs'
import { endTemplates, prepareTemplates, templateCases, useClient } from './template-cases.mjs'

let stop, e2b, CodeSandbox, sandbox, other, interpreter, volume, repository
const run = async (command, opts) => (await sandbox.commands.run(command, opts)).stdout
const server = () => process.env.E2B_API_URL
const bytes = (text) => new TextEncoder().encode(text)

/** Takes a sandbox of its own, since the case ends or stops it. */
async function withSandbox(act, opts) {
  const own = await e2b.Sandbox.create(opts)
  try {
    return await act(own)
  } finally {
    await own.kill()
  }
}

async function all(paginator) {
  const found = []
  while (paginator.hasNext) found.push(...(await paginator.nextItems()))
  return found
}

const ids = (sandboxes) => sandboxes.map((one) => one.sandboxId)
const isId = (id) => assert.match(id, /^i[a-z0-9]{20}$/)

async function makesSnapshot(create) {
  const { snapshotId } = await create()
  assert.match(snapshotId, /:default$/)
  assert.equal(await e2b.Sandbox.deleteSnapshot(snapshotId), true)
}

async function pauses(pause) {
  await withSandbox(async (own) => {
    assert.equal(await pause(own), true)
    assert.equal((await own.getInfo()).state, 'paused')
    assert.equal(await pause(own), false)
  })
}

async function lists(list) {
  const { snapshotId } = await sandbox.createSnapshot()
  try {
    assert.deepEqual((await all(list())).map((one) => one.snapshotId), [snapshotId])
  } finally {
    await e2b.Sandbox.deleteSnapshot(snapshotId)
  }
}

async function extends_(setTimeout) {
  await withSandbox(async (own) => {
    await setTimeout(own, 1000_000)
    const left = (await own.getInfo()).endAt - Date.now()
    assert.ok(left > 990_000 && left <= 1000_000, `${left}`)
  })
}

async function cutsOff(update) {
  await withSandbox(async (own) => {
    await update(own, { allowInternetAccess: false })
    assert.equal((await own.getInfo()).allowInternetAccess, false)
  })
}

async function forks(fork) {
  await run('echo of the original > /home/user/forked')
  const made = await fork({ count: 2, timeoutMs: 60_000 })
  assert.equal(made.length, 2)
  try {
    for (const one of made) assert.equal(await one.files.read('/home/user/forked'), 'of the original\n')
  } finally {
    await Promise.all(made.map((one) => one.kill()))
  }
}

/** A command that echoes its stdin until that ends. */
const cat = (opts) => sandbox.commands.run('cat', { background: true, stdin: true, timeoutMs: 0, ...opts })
const sleep = () => sandbox.commands.run('sleep 1000', { background: true, timeoutMs: 0 })

const terminal = async (act) => {
  let shown = ''
  const decoder = new TextDecoder()
  const pty = await sandbox.pty.create({ cols: 80, rows: 24, timeoutMs: 0, onData: (data) => { shown += decoder.decode(data, { stream: true }) } })
  try {
    await act(pty, () => shown)
  } finally {
    await sandbox.pty.kill(pty.pid)
  }
}

let gits = 0
/** A fresh repository with one commit. */
async function repo() {
  const path = `/home/user/repo${gits++}`
  await sandbox.git.init(path, { initialBranch: 'main' })
  await run(`cd ${path} && git config user.name Me && git config user.email me@example.com && echo one > file && git add . && git commit -qm first`)
  return path
}

/** The same with a bare repository as its remote `origin`. */
async function withRemote() {
  const path = await repo()
  await run(`git init -q --bare -b main ${path}.git && cd ${path} && git remote add origin ${path}.git && git push -q -u origin main`)
  return path
}

const cases = {
  'Sandbox::create': () => isId(sandbox.sandboxId),
  'Sandbox::connect': async () => assert.equal(await (await e2b.Sandbox.connect(sandbox.sandboxId)).isRunning(), true),
  'Sandbox::list': async () => assert.deepEqual(ids(await all(e2b.Sandbox.list())).sort(), [sandbox.sandboxId, other.sandboxId, interpreter.sandboxId].sort()),
  'Sandbox::fork': () => forks((opts) => e2b.Sandbox.fork(sandbox.sandboxId, opts)),
  'Sandbox.connect': async () => assert.equal((await sandbox.connect()).sandboxId, sandbox.sandboxId),
  'Sandbox.fork': () => forks((opts) => sandbox.fork(opts)),
  'Sandbox.getHost': () => assert.equal(sandbox.getHost(8000), `8000-${sandbox.sandboxId}.localhost:${new URL(server()).port}`),
  'Sandbox.isRunning': async () => assert.equal(await sandbox.isRunning(), true),
  'Sandbox.setTimeout': () => extends_((own, ms) => own.setTimeout(ms)),
  'Sandbox.updateNetwork': () => cutsOff((own, network) => own.updateNetwork(network)),
  'Sandbox.kill': () => withSandbox(async (own) => assert.deepEqual([await own.kill(), await own.kill()], [true, false])),
  'Sandbox.pause': () => pauses((own) => own.pause()),
  'Sandbox.betaPause': () => pauses((own) => own.betaPause()),
  'Sandbox.createSnapshot': () => makesSnapshot(() => sandbox.createSnapshot()),
  'Sandbox.listSnapshots': () => lists(() => sandbox.listSnapshots()),
  'Sandbox.getMcpUrl': () => assert.match(sandbox.getMcpUrl(), /50005-.*\/mcp$/),
  'Sandbox.getMcpToken': async () => {
    await assert.rejects(other.getMcpToken(), e2b.NotFoundError)
    await sandbox.files.write('/etc/mcp-gateway/.token', 'a token', { user: 'root' })
    assert.equal(await sandbox.getMcpToken(), 'a token')
  },
  'Sandbox.uploadUrl': async () => {
    const form = new FormData()
    form.append('file', new Blob(['by url']), 'up')
    assert.equal((await fetch(await sandbox.uploadUrl('/home/user/up', { useSignatureExpiration: 60 }), { method: 'POST', body: form })).status, 200)
    assert.equal(await sandbox.files.read('/home/user/up'), 'by url')
  },
  'Sandbox.downloadUrl': async () => {
    await sandbox.files.write('/home/user/down', 'by url')
    assert.equal(await (await fetch(await sandbox.downloadUrl('/home/user/down', { useSignatureExpiration: 60 }))).text(), 'by url')
  },
  'Sandbox.getInfo': async () => assert.equal((await sandbox.getInfo()).templateId, 'base'),
  'Sandbox.getMetrics': async () => assert.equal((await sandbox.getMetrics())[0].cpuCount, 2),

  'SandboxApi::kill': () => withSandbox(async (own) => assert.deepEqual([await e2b.Sandbox.kill(own.sandboxId), await e2b.Sandbox.kill(own.sandboxId)], [true, false])),
  'SandboxApi::getInfo': async () => assert.equal((await e2b.Sandbox.getInfo(sandbox.sandboxId)).state, 'running'),
  'SandboxApi::getFullInfo': async () => assert.equal((await e2b.Sandbox.getFullInfo(sandbox.sandboxId)).state, 'running'),
  'SandboxApi::getMetrics': async () => assert.ok((await e2b.Sandbox.getMetrics(sandbox.sandboxId))[0].memTotal === 512 * 2 ** 20),
  'SandboxApi::setTimeout': () => extends_((own, ms) => e2b.Sandbox.setTimeout(own.sandboxId, ms)),
  'SandboxApi::updateNetwork': () => cutsOff((own, network) => e2b.Sandbox.updateNetwork(own.sandboxId, network)),
  'SandboxApi::pause': () => pauses((own) => e2b.Sandbox.pause(own.sandboxId)),
  'SandboxApi::betaPause': () => pauses((own) => e2b.Sandbox.betaPause(own.sandboxId)),
  'SandboxApi::createSnapshot': () => makesSnapshot(() => e2b.Sandbox.createSnapshot(sandbox.sandboxId)),
  'SandboxApi::listSnapshots': () => lists(() => e2b.Sandbox.listSnapshots({ sandboxId: sandbox.sandboxId })),
  'SandboxApi::deleteSnapshot': async () => assert.equal(await e2b.Sandbox.deleteSnapshot('nothing'), false),

  'Paginator.hasNext': async () => {
    // There are three sandboxes.
    const pages = e2b.Sandbox.list({ limit: 2 })
    assert.equal(pages.hasNext, true)
    await pages.nextItems()
    assert.equal(pages.hasNext, true)
    await pages.nextItems()
    assert.equal(pages.hasNext, false)
  },
  'Paginator.nextToken': async () => {
    const pages = e2b.Sandbox.list({ limit: 1 })
    const [first] = await pages.nextItems()
    const [second] = await e2b.Sandbox.list({ limit: 1, nextToken: pages.nextToken }).nextItems()
    assert.notEqual(first.sandboxId, second.sandboxId)
  },
  'Paginator.nextItems': async () => assert.equal((await e2b.Sandbox.list({ limit: 1 }).nextItems()).length, 1),
  'SandboxPaginator.nextItems': async () => assert.deepEqual(ids(await e2b.Sandbox.list({ query: { metadata: { role: 'other' } } }).nextItems()), [other.sandboxId]),
  'SnapshotPaginator.nextItems': async () => assert.deepEqual(await e2b.Sandbox.listSnapshots({ sandboxId: other.sandboxId }).nextItems(), []),

  'Filesystem.read': async () => {
    await sandbox.files.write('/home/user/r', 'text')
    assert.equal(await sandbox.files.read('/home/user/r'), 'text')
    assert.deepEqual(await sandbox.files.read('/home/user/r', { format: 'bytes' }), bytes('text'))
    assert.equal(await (await sandbox.files.read('/home/user/r', { format: 'blob' })).text(), 'text')
    assert.equal(await new Response(await sandbox.files.read('/home/user/r', { format: 'stream' })).text(), 'text')
  },
  'Filesystem.write': async () => {
    assert.equal((await sandbox.files.write('/home/user/w', new Blob(['blob']))).path, '/home/user/w')
    assert.equal(await run('cat w'), 'blob')
  },
  'Filesystem.writeFiles': async () => {
    assert.equal((await sandbox.files.writeFiles([{ path: 'a/1', data: '1' }, { path: 'a/2', data: '2' }])).length, 2)
    assert.equal(await run('cat a/1 a/2'), '12')
  },
  'Filesystem.list': async () => {
    await run('mkdir -p l/d && touch l/f')
    assert.deepEqual((await sandbox.files.list('l')).map((one) => [one.name, one.type]).sort(), [['d', 'dir'], ['f', 'file']])
  },
  'Filesystem.makeDir': async () => assert.deepEqual([await sandbox.files.makeDir('m/n'), await sandbox.files.makeDir('m/n')], [true, false]),
  'Filesystem.rename': async () => {
    await run('echo x > before')
    assert.equal((await sandbox.files.rename('before', 'after')).name, 'after')
    assert.equal(await run('cat after'), 'x\n')
  },
  'Filesystem.remove': async () => {
    await run('mkdir -p gone/deep')
    await sandbox.files.remove('gone')
    assert.equal(await sandbox.files.exists('gone'), false)
  },
  'Filesystem.exists': async () => assert.deepEqual([await sandbox.files.exists('/etc/passwd'), await sandbox.files.exists('/etc/none')], [true, false]),
  'Filesystem.getInfo': async () => assert.equal((await sandbox.files.getInfo('/etc/passwd')).owner, 'root'),
  'Filesystem.watchDir': async () => {
    await run('mkdir -p watched')
    const seen = []
    const watch = await sandbox.files.watchDir('watched', (event) => { seen.push(event.name) })
    await run('touch watched/new')
    await until(() => seen.includes('new'), 'the event')
    await watch.stop()
  },
  'WatchHandle.stop': async () => {
    await run('mkdir -p unwatched')
    let ended
    const exit = new Promise((resolve) => (ended = resolve))
    const watch = await sandbox.files.watchDir('unwatched', () => {}, { onExit: ended })
    await watch.stop()
    await exit
  },

  'Commands.run': async () => assert.equal((await sandbox.commands.run('echo hi; echo err >&2')).stderr, 'err\n'),
  'Commands.supportsStdinClose': () => assert.equal(sandbox.commands.supportsStdinClose, true),
  'Commands.list': async () => {
    const { pid } = await sleep()
    assert.ok((await sandbox.commands.list()).some((one) => one.pid === pid))
    await sandbox.commands.kill(pid)
  },
  'Commands.sendStdin': async () => {
    const command = await cat()
    await sandbox.commands.sendStdin(command.pid, 'line\n')
    await until(() => command.stdout === 'line\n', 'its echo')
    await command.kill()
  },
  'Commands.closeStdin': async () => {
    const command = await cat()
    await sandbox.commands.closeStdin(command.pid)
    assert.equal((await command.wait()).exitCode, 0)
  },
  'Commands.kill': async () => {
    const command = await sleep()
    assert.deepEqual([await sandbox.commands.kill(command.pid), await sandbox.commands.kill(9999999)], [true, false])
    await assert.rejects(command.wait(), e2b.CommandExitError)
  },
  'Commands.connect': async () => {
    const command = await cat()
    const connected = await sandbox.commands.connect(command.pid)
    await command.sendStdin('both\n')
    await command.closeStdin()
    assert.equal((await connected.wait()).stdout, 'both\n')
  },
  'CommandHandle.wait': async () => assert.equal((await (await sandbox.commands.run('echo hi', { background: true })).wait()).stdout, 'hi\n'),
  'CommandHandle.exitCode': async () => {
    const command = await cat()
    assert.equal(command.exitCode, undefined)
    await command.closeStdin()
    await command.wait()
    assert.equal(command.exitCode, 0)
  },
  'CommandHandle.error': async () => {
    const command = await sleep()
    await command.kill()
    await assert.rejects(command.wait())
    assert.match(command.error, /signal: killed/)
  },
  'CommandHandle.stdout': async () => {
    const command = await sandbox.commands.run('echo out', { background: true })
    await command.wait()
    assert.equal(command.stdout, 'out\n')
  },
  'CommandHandle.stderr': async () => {
    const command = await sandbox.commands.run('echo err >&2', { background: true })
    await command.wait()
    assert.equal(command.stderr, 'err\n')
  },
  'CommandHandle.disconnect': async () => {
    const command = await sleep()
    await command.disconnect()
    assert.ok((await sandbox.commands.list()).some((one) => one.pid === command.pid))
    await sandbox.commands.kill(command.pid)
  },
  'CommandHandle.kill': async () => assert.equal(await (await sleep()).kill(), true),
  'CommandHandle.sendStdin': async () => {
    const command = await cat()
    await command.sendStdin(bytes('bytes\n'))
    await until(() => command.stdout === 'bytes\n', 'its echo')
    await command.kill()
  },
  'CommandHandle.closeStdin': async () => {
    const command = await cat()
    await command.closeStdin()
    assert.equal((await command.wait()).exitCode, 0)
  },

  'Pty.create': () => terminal(async (pty) => assert.ok(pty.pid > 0)),
  'Pty.sendInput': () => terminal(async (pty, shown) => {
    await sandbox.pty.sendInput(pty.pid, bytes('echo $((6*7))\n'))
    await until(() => /[\r\n]42\r/.test(shown()), 'the answer')
  }),
  'Pty.resize': () => terminal(async (pty, shown) => {
    await sandbox.pty.resize(pty.pid, { cols: 133, rows: 44 })
    await sandbox.pty.sendInput(pty.pid, bytes('stty size\n'))
    await until(() => /[\r\n]44 133\r/.test(shown()), 'the new size')
  }),
  'Pty.connect': () => terminal(async (pty) => {
    let shown = ''
    const connected = await sandbox.pty.connect(pty.pid, { onData: (data) => { shown += new TextDecoder().decode(data) } })
    await sandbox.pty.sendInput(pty.pid, bytes('echo $((7*8))\n'))
    await until(() => /[\r\n]56\r/.test(shown), 'what the second one sees')
    await connected.disconnect()
  }),
  'Pty.kill': () => terminal(async (pty) => assert.deepEqual([await sandbox.pty.kill(pty.pid), await sandbox.pty.kill(9999999)], [true, false])),

  'Git.init': async () => {
    await sandbox.git.init('/home/user/initialized', { initialBranch: 'trunk' })
    assert.equal(await run('git -C initialized branch --show-current'), 'trunk\n')
  },
  'Git.clone': async () => {
    await sandbox.git.clone(repository, { path: '/home/user/cloned' })
    assert.equal(await run('cat /home/user/cloned/file'), 'one\n')
  },
  'Git.remoteAdd': async () => {
    const path = await repo()
    await sandbox.git.remoteAdd(path, 'up', repository)
    assert.equal(await run(`git -C ${path} remote get-url up`), `${repository}\n`)
  },
  'Git.remoteGet': async () => {
    const path = await withRemote()
    assert.deepEqual([await sandbox.git.remoteGet(path, 'origin'), await sandbox.git.remoteGet(path, 'none')], [`${path}.git`, undefined])
  },
  'Git.status': async () => {
    const path = await repo()
    assert.equal((await sandbox.git.status(path)).isClean, true)
    await run(`touch ${path}/new`)
    assert.equal((await sandbox.git.status(path)).hasUntracked, true)
  },
  'Git.branches': async () => assert.deepEqual((await sandbox.git.branches(repository)).branches, ['main']),
  'Git.createBranch': async () => {
    const path = await repo()
    await sandbox.git.createBranch(path, 'topic')
    assert.equal((await sandbox.git.branches(path)).currentBranch, 'topic')
  },
  'Git.checkoutBranch': async () => {
    const path = await repo()
    await sandbox.git.createBranch(path, 'topic')
    await sandbox.git.checkoutBranch(path, 'main')
    assert.equal((await sandbox.git.branches(path)).currentBranch, 'main')
  },
  'Git.deleteBranch': async () => {
    const path = await repo()
    await run(`git -C ${path} branch old`)
    await sandbox.git.deleteBranch(path, 'old')
    assert.deepEqual((await sandbox.git.branches(path)).branches, ['main'])
  },
  'Git.add': async () => {
    const path = await repo()
    await run(`touch ${path}/new`)
    await sandbox.git.add(path)
    assert.equal((await sandbox.git.status(path)).hasStaged, true)
  },
  'Git.commit': async () => {
    const path = await repo()
    await sandbox.git.commit(path, 'second', { allowEmpty: true, authorName: 'A', authorEmail: 'a@example.com' })
    assert.equal(await run(`git -C ${path} log -1 --format=%s/%an`), 'second/A\n')
  },
  'Git.reset': async () => {
    const path = await repo()
    await run(`cd ${path} && echo two > file`)
    await sandbox.git.reset(path, { mode: 'hard' })
    assert.equal(await run(`cat ${path}/file`), 'one\n')
  },
  'Git.restore': async () => {
    const path = await repo()
    await run(`cd ${path} && echo two > file`)
    await sandbox.git.restore(path, { paths: ['file'] })
    assert.equal(await run(`cat ${path}/file`), 'one\n')
  },
  'Git.push': async () => {
    const path = await withRemote()
    await sandbox.git.commit(path, 'pushed', { allowEmpty: true })
    await sandbox.git.push(path)
    assert.equal(await run(`git -C ${path}.git log -1 --format=%s main`), 'pushed\n')
  },
  'Git.pull': async () => {
    const path = await withRemote()
    await run(`git clone -q ${path}.git ${path}-2 && cd ${path}-2 && git -c user.name=B -c user.email=b@x commit -qm 'of another' --allow-empty && git push -q`)
    await sandbox.git.pull(path)
    assert.equal(await run(`git -C ${path} log -1 --format=%s`), 'of another\n')
  },
  'Git.setConfig': async () => {
    const path = await repo()
    await sandbox.git.setConfig('core.pager', 'less -R', { scope: 'local', path })
    assert.equal(await run(`git -C ${path} config core.pager`), 'less -R\n')
  },
  'Git.getConfig': async () => assert.deepEqual(
    [await sandbox.git.getConfig('user.name', { scope: 'local', path: repository }), await sandbox.git.getConfig('user.none')], ['Me', undefined]),
  'Git.dangerouslyAuthenticate': async () => {
    await sandbox.git.dangerouslyAuthenticate({ username: 'me', password: 'secret', host: 'git.example.com' })
    assert.match(await run("printf 'protocol=https\\nhost=git.example.com\\n\\n' | git credential fill"), /password=secret/)
  },
  'Git.configureUser': async () => {
    await sandbox.git.configureUser('Somebody', 'some@example.com')
    assert.equal(await run('git config --global user.name'), 'Somebody\n')
  },

  'Volume::create': () => assert.match(volume.volumeId, /^[0-9a-f-]{36}$/),
  'Volume::connect': async () => assert.equal((await e2b.Volume.connect(volume.volumeId)).name, volume.name),
  'Volume::getInfo': async () => assert.equal((await e2b.Volume.getInfo(volume.volumeId)).token, volume.token),
  'Volume::list': async () => assert.deepEqual(await e2b.Volume.list(), [{ volumeId: volume.volumeId, name: volume.name }]),
  'Volume::destroy': async () => {
    const { volumeId } = await e2b.Volume.create('short-lived')
    assert.deepEqual([await e2b.Volume.destroy(volumeId), await e2b.Volume.destroy(volumeId)], [true, false])
  },
  'Volume.writeFile': async () => assert.equal((await volume.writeFile('/w', 'x')).size, 1),
  'Volume.readFile': async () => {
    await volume.writeFile('/r', 'read')
    assert.equal(await volume.readFile('/r'), 'read')
  },
  'Volume.list': async () => {
    await volume.writeFile('/l/f', '', { force: true })
    assert.deepEqual((await volume.list('/l')).map((one) => one.path), ['/l/f'])
  },
  'Volume.makeDir': async () => assert.equal((await volume.makeDir('/m')).type, 'directory'),
  'Volume.getInfo': async () => assert.equal((await volume.getInfo('/')).type, 'directory'),
  'Volume.exists': async () => assert.deepEqual([await volume.exists('/'), await volume.exists('/none')], [true, false]),
  'Volume.updateMetadata': async () => {
    await volume.writeFile('/u', '')
    assert.equal((await volume.updateMetadata('/u', { mode: 0o600 })).mode, 0o600)
  },
  'Volume.remove': async () => {
    await volume.writeFile('/gone', '')
    await volume.remove('/gone')
    assert.equal(await volume.exists('/gone'), false)
  },

  'CodeInterpreterSandbox.runCode': async () => {
    const execution = await interpreter.runCode('6 * 7')
    assert.equal(execution.text, '42')
  },
  'CodeInterpreterSandbox.createCodeContext': async () => assert.equal((await interpreter.createCodeContext({ cwd: '/tmp' })).cwd, '/tmp'),
  'CodeInterpreterSandbox.listCodeContexts': async () => assert.deepEqual((await interpreter.listCodeContexts()).slice(0, 2).map((one) => one.language), ['python', 'javascript']),
  'CodeInterpreterSandbox.removeCodeContext': async () => {
    const context = await interpreter.createCodeContext()
    await interpreter.removeCodeContext(context)
    assert.ok((await interpreter.listCodeContexts()).every((one) => one.id !== context.id))
  },
  'CodeInterpreterSandbox.restartCodeContext': async () => await interpreter.restartCodeContext(await interpreter.createCodeContext()),
}

describe('each public method of the official packages', () => {
  before(async () => {
    await prepareTemplates()
    stop = await startServer()
    process.env.E2B_VOLUME_API_URL = server()
    e2b = await import('e2b')
    useClient(e2b)
    ;({ Sandbox: CodeSandbox } = await import('@e2b/code-interpreter'))
    sandbox = await e2b.Sandbox.create({ timeoutMs: 900_000 })
    other = await e2b.Sandbox.create({ timeoutMs: 900_000, metadata: { role: 'other' } })
    volume = await e2b.Volume.create('methods')
    repository = await repo()

    interpreter = await CodeSandbox.create({ timeoutMs: 900_000 })
  })
  after(async () => {
    await stop()
    await endTemplates()
    delete process.env.E2B_VOLUME_API_URL
  })

  Object.assign(cases, templateCases)
  const members = publicMembers()

  it('is known', () => {
    assert.ok(members.length > 90, `${members.length} methods: are the declarations read right?`)
    assert.deepEqual(Object.keys(cases).filter((name) => !members.includes(name)), [], 'cases of methods that are no more')
  })

  for (const name of members) {
    it(name, async () => {
      const method = name.split(/[.:]+/)[1]
      assert.ok(cases[name], `${name} has no case`)
      const source = String(cases[name])
      assert.ok(new RegExp(`\\b${method}\\b`).test(source) || ['Sandbox::create', 'Volume::create', 'Pty.create'].includes(name) || source.includes('terminal('), `the case of ${name} does not call it`)
      await cases[name]()
    })
  }
})
