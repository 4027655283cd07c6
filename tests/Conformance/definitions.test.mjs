// What the official client and E2B.Core make of the same definition of a template. No server takes part.
import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { startPeer } from './peer.mjs'

// Each definition is a list of calls of the official client's methods; { waitForPort: [8000] } stands for a ready check.
const definitions = {
  'the base image': [['fromBaseImage']],
  'Python': [['fromPythonImage']],
  'Python 3.10': [['fromPythonImage', '3.10']],
  'Node.js': [['fromNodeImage']],
  'Node.js 22': [['fromNodeImage', '22-slim']],
  'Bun': [['fromBunImage']],
  'Bun 1.3': [['fromBunImage', '1.3']],
  'Debian': [['fromDebianImage']],
  'Debian bookworm': [['fromDebianImage', 'bookworm']],
  'Ubuntu': [['fromUbuntuImage']],
  'Ubuntu 24.04': [['fromUbuntuImage', '24.04']],
  'Fedora': [['fromFedoraImage'], ['runCmd', 'dnf -y install git']],
  'Alpine': [['fromAlpineImage']],
  'Arch': [['fromArchImage']],
  'any image': [['fromImage', 'ghcr.io/me/app@sha256:0123']],
  'another template': [['fromTemplate', 'my-base:v1']],
  'the README': [
    ['fromPythonImage', '3.11'],
    ['copy', 'requirements.txt', '/home/user/'],
    ['runCmd', 'pip install -r requirements.txt'],
    ['setStartCmd', 'python app.py', { waitForPort: [8000] }],
  ],
  'copies': [
    ['fromBaseImage'],
    ['copy', './app', '/app'],
    ['copy', ['a.ts', 'src/**/*.{ts,json}', '..odd', 'x/../y'], '/app/', {}],
    ['copy', 'run.sh', '/usr/local/bin/', { user: 'root:root', mode: 0o755 }],
    ['copy', 'sticky', '/s', { mode: 0o1777 }],
    ['copy', 'little', '/l', { mode: 0o4 }],
    ['copy', 'always', '/a', { forceUpload: true }],
    ['copy', 'links', '/l', { resolveSymlinks: true, gzip: false }],
    ['copy', 'kept', '/l', { resolveSymlinks: false, gzip: true }],
    ['copy', 'mit Leerzeichen/ü', '/home/user/'],
  ],
  'commands': [
    ['fromBaseImage'],
    ['runCmd', 'apt-get update'],
    ['runCmd', ['a', 'b || c', 'echo "ü" > /x']],
    ['runCmd', 'whoami', { user: 'root' }],
    ['runCmd', ['whoami', 'id'], { user: 'bob' }],
    ['runCmd', 'cat <<EOF\nline\nEOF'],
  ],
  'places, users and variables': [
    ['fromBaseImage'],
    ['setWorkdir', '/app'],
    ['setUser', 'root'],
    ['setEnvs', { NODE_ENV: 'production', PORT: '8080', EMPTY: '', TEXT: 'a "b" $c\nd' }],
    ['setEnvs', {}],
  ],
  'removing': [
    ['fromBaseImage'],
    ['remove', '/tmp/cache'],
    ['remove', ['/tmp/a b', "/tmp/it's"], { recursive: true, force: true }],
    ['remove', '/x', { force: true, user: 'root' }],
  ],
  'renaming': [
    ['fromBaseImage'],
    ['rename', '/tmp/old.txt', '/tmp/new.txt'],
    ['rename', '/tmp/$old', '/tmp/new*', { force: true, user: 'root' }],
  ],
  'directories': [
    ['fromBaseImage'],
    ['makeDir', '/app/data'],
    ['makeDir', ['/app/logs', '/app/my cache'], { mode: 0o750 }],
    ['makeDir', '/var/x', { mode: 0o1777, user: 'root' }],
  ],
  'links': [
    ['fromBaseImage'],
    ['makeSymlink', '/usr/bin/python3', '/usr/bin/python'],
    ['makeSymlink', '/usr/bin/python 3', '/usr/bin/python', { force: true, user: 'root' }],
  ],
  'apt': [
    ['fromUbuntuImage'],
    ['aptInstall', 'vim'],
    ['aptInstall', ['git', 'libssl-dev=3.0.*', 'g++']],
    ['aptInstall', ['git'], { noInstallRecommends: true }],
    ['aptInstall', ['git'], { noInstallRecommends: true, fixMissing: true }],
  ],
  'pip': [
    ['fromPythonImage'],
    ['pipInstall'],
    ['pipInstall', 'numpy==2.1'],
    ['pipInstall', ['pandas', 'uvicorn[standard]', '-r requirements.txt']],
    ['pipInstall', 'numpy', { g: false }],
    ['pipInstall', 'numpy', { g: true }],
  ],
  'npm': [
    ['fromNodeImage'],
    ['npmInstall'],
    ['npmInstall', 'express@5'],
    ['npmInstall', ['lodash', '@types/node@^22']],
    ['npmInstall', 'tsx', { g: true }],
    ['npmInstall', 'typescript', { dev: true }],
    ['npmInstall', 'typescript', { g: true, dev: true }],
  ],
  'bun': [
    ['fromBunImage'],
    ['bunInstall'],
    ['bunInstall', ['lodash', 'axios']],
    ['bunInstall', 'tsx', { g: true }],
    ['bunInstall', 'typescript', { dev: true }],
  ],
  'git': [
    ['fromBaseImage'],
    ['gitClone', 'https://github.com/me/app.git'],
    ['gitClone', 'https://github.com/me/app.git', '/srv/my app'],
    ['gitClone', 'https://github.com/me/app.git', undefined, { branch: 'main', depth: 1 }],
    ['gitClone', 'git@github.com:me/app.git', '/srv/app', { branch: 'a b', user: 'root' }],
    ['gitClone', 'https://example.com/a?b&c', '/srv/app', { depth: 3 }],
  ],
  'MCP servers': [['fromTemplate', 'mcp-gateway'], ['addMcpServer', 'exa'], ['addMcpServer', ['brave', 'duckduckgo']]],
  'a dev container': [
    ['fromTemplate', 'devcontainer'],
    ['gitClone', 'https://example.com/project.git', '/my dev'],
    ['betaDevContainerPrebuild', '/my dev'],
    ['betaSetDevContainerStart', '/my dev'],
  ],
  'no cache from a step on': [
    ['fromBaseImage'], ['runCmd', 'a'], ['skipCache'], ['runCmd', 'b'], ['copy', 'x', '/x'], ['setUser', 'u'], ['setWorkdir', '/w'], ['setEnvs', { A: 'b' }],
  ],
  'no cache at all': [['skipWholeCache'], ['fromBaseImage'], ['runCmd', 'b']],
  'ready: a URL': [['fromBaseImage'], ['setStartCmd', 'npm start', { waitForURL: ['http://localhost:3000/health?a=1&b=2'] }]],
  'ready: a URL and a status': [['fromBaseImage'], ['setStartCmd', 'npm start', { waitForURL: ['http://localhost:3000/health', 204] }]],
  'ready: a process': [['fromBaseImage'], ['setStartCmd', './my-daemon', { waitForProcess: ['my daemon'] }]],
  'ready: a file': [['fromBaseImage'], ['setStartCmd', './init.sh', { waitForFile: ["/tmp/it's ready"] }]],
  'ready: a time': [['fromBaseImage'], ['setStartCmd', 'npm start', { waitForTimeout: [5900] }]],
  'ready: hardly a time': [['fromBaseImage'], ['setStartCmd', 'npm start', { waitForTimeout: [10] }]],
  'ready: a command': [['fromBaseImage'], ['setStartCmd', 'node app.js', 'curl http://localhost:8000/health']],
  'ready without a start': [['fromTemplate', 'base'], ['setReadyCmd', { waitForPort: [80] }]],
  'the last start and check count': [
    ['fromBaseImage'], ['setStartCmd', 'a', 'b'], ['runCmd', 'c'], ['setStartCmd', 'd', { waitForPort: [1] }], ['setReadyCmd', 'e'],
  ],
}

describe('a definition of a template', () => {
  let e2b, peer
  before(async () => {
    e2b = await import('e2b')
    peer = startPeer({ sandboxId: 'none', envdApi: {} })
  })
  after(() => peer?.stop())

  const theirs = async (calls) => {
    let template = e2b.Template()
    for (const [method, ...given] of calls) {
      const values = given.map((one) => {
        const [name] = Object.keys(one ?? {})
        return /^waitFor/.test(name) ? e2b[name](...one[name]) : one
      })
      template = template[method === 'skipWholeCache' ? 'skipCache' : method](...values)
    }
    return JSON.parse(await e2b.Template.toJSON(template, false))
  }

  // Core begins with the source, and is told about the cache after that.
  const ours = (calls) => peer.ask({ do: 'defineTemplate', calls: calls[0][0] === 'skipWholeCache' ? [calls[1], calls[0], ...calls.slice(2)] : calls })

  for (const [name, calls] of Object.entries(definitions)) {
    it(`is the same: ${name}`, async () => {
      const expected = await theirs(calls)
      assert.ok(expected.fromImage || expected.fromTemplate)
      assert.deepEqual(await ours(calls), expected)
    })
  }

  it('differs where the shell would take a version for a file', async () => {
    const calls = [['fromPythonImage'], ['pipInstall', ['numpy>=2', 'pandas']]]
    assert.equal((await theirs(calls)).steps[0].args[0], 'pip install numpy>=2 pandas')
    assert.equal((await ours(calls)).steps[0].args[0], "pip install 'numpy>=2' pandas")
  })

  for (const path of ['/etc/passwd', '../x', 'a/../../x', './a/../../../b', '..']) {
    it(`refuses to copy ${path}, as the official client does`, async () => {
      const calls = [['fromBaseImage'], ['copy', path, '/x']]
      await assert.rejects(theirs(calls))
      await assert.rejects(ours(calls), { name: 'E2BInvalidArgumentException' })
    })
  }

  it('takes MCP servers and dev containers in their templates only, as the official client does', async () => {
    for (const calls of [[['fromBaseImage'], ['addMcpServer', 'exa']], [['fromTemplate', 'base'], ['betaDevContainerPrebuild', '/x']], [['fromBaseImage'], ['betaSetDevContainerStart', '/x']]]) {
      await assert.rejects(theirs(calls))
      await assert.rejects(ours(calls), { name: 'E2BInvalidArgumentException' })
    }
  })
})
