// The official client's sandbox.git and E2B.Core's on the same repositories: the same answers, and the same done.
import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { startPeer } from './peer.mjs'
import { startGitServer, startServer } from './support.mjs'

describe('git', () => {
  let stop, e2b, sandbox, peer, remotes
  const run = async (script) => (await sandbox.commands.run(script)).stdout
  const ask = (what, rest) => peer.ask({ do: `git${what}`, ...rest })
  before(async () => {
    remotes = await startGitServer()
    stop = await startServer({ hostPorts: [remotes.port] })
    e2b = await import('e2b')
    sandbox = await e2b.Sandbox.create()
    peer = startPeer(sandbox)
    await run('git config --global init.defaultBranch main; git config --global user.name A; git config --global user.email a@x; git config --global pull.rebase false')
  })
  after(async () => {
    await peer?.stop()
    await sandbox?.kill()
    await stop()
    await remotes.stop()
  })

  // What the official client says, as the peer says it.
  async function theirStatus(path) {
    const s = await sandbox.git.status(path)
    return {
      currentBranch: s.currentBranch ?? null, upstream: s.upstream ?? null, ahead: s.ahead, behind: s.behind, detached: s.detached, isClean: s.isClean,
      stagedCount: s.stagedCount, untrackedCount: s.untrackedCount, conflictCount: s.conflictCount, totalCount: s.totalCount,
      fileStatus: s.fileStatus.map((f) => ({ ...f, renamedFrom: f.renamedFrom ?? null })).sort((a, b) => (a.name < b.name ? -1 : 1)),
    }
  }
  async function ourStatus(path) {
    const s = await ask('Status', { path })
    return { ...s, fileStatus: s.fileStatus.sort((a, b) => (a.name < b.name ? -1 : 1)) }
  }
  const file = (status, name) => status.fileStatus.find((f) => f.name === name)

  it('status is the same for every kind of change', async () => {
    await run(`git init -q s && cd s && seq 20 > keep && for f in m1 m2 d1 d2 r1 r2 t; do seq 30 > $f; echo $f >> $f; done && git add . && git commit -qm x && git clone -q --bare . ../s.git && git remote add origin ../s.git && git push -qu origin main
      git commit -q --allow-empty -m ahead && echo x >> m1 && echo x >> m2 && git add m2 && echo y >> m2 && rm d1 && git rm -q d2 && git mv r1 moved && git mv r2 also && echo x >> also && ln -sf keep t && echo n > new && echo a > added && git add added && mkdir dir && echo d > dir/file`)
    const ours = await ourStatus('s')
    assert.deepEqual(ours, await theirStatus('s'))
    assert.deepEqual([ours.currentBranch, ours.upstream, ours.ahead, ours.totalCount], ['main', 'origin/main', 1, 10])
    assert.equal(file(ours, 'moved').renamedFrom, 'r1')
    assert.equal(file(ours, 'dir/').status, 'untracked')
  })

  it('status is the same of a conflict, a detached head and a clean repository', async () => {
    await run('git init -q c && cd c && echo 1 > f && git add . && git commit -qm 1 && git checkout -qb o && echo 2 > f && git commit -qam 2 && git checkout -q main && echo 3 > f && git commit -qam 3; git merge o || true')
    const ours = await ourStatus('c')
    assert.deepEqual(ours.fileStatus, (await theirStatus('c')).fileStatus.map((f) => ({ ...f, staged: false })))
    assert.equal(file(ours, 'f').status, 'conflict')
    await run('cd c && git merge --abort && git checkout -q --detach')
    assert.deepEqual(await ourStatus('c'), await theirStatus('c'))
    await run('cd c && git checkout -q main')
    assert.deepEqual(await ourStatus('c'), await theirStatus('c'))
    assert.equal((await ourStatus('c')).isClean, true)
  })

  it('branches, remotes and settings are the same', async () => {
    await run('git init -q b && cd b && git commit -q --allow-empty -m x && git branch a/b && git branch z && git remote add origin https://example.com/x.git && git config --local e2b.x "1 2"')
    const theirs = await sandbox.git.branches('b')
    assert.deepEqual(await ask('Branches', { path: 'b' }), { branches: theirs.branches, currentBranch: theirs.currentBranch })
    assert.deepEqual(theirs.branches, ['a/b', 'main', 'z'])
    assert.equal(await ask('RemoteGet', { path: 'b', name: 'origin' }), await sandbox.git.remoteGet('b', 'origin'))
    assert.equal(await ask('RemoteGet', { path: 'b', name: 'none' }), (await sandbox.git.remoteGet('b', 'none')) ?? null)
    assert.equal(await ask('GetConfig', { path: 'b', key: 'e2b.x' }), await sandbox.git.getConfig('e2b.x', { scope: 'local', path: 'b' }))
    assert.equal(await ask('GetConfig', { key: 'e2b.x' }), (await sandbox.git.getConfig('e2b.x')) ?? null)
    assert.equal(await ask('GetConfig', { key: 'user.name' }), await sandbox.git.getConfig('user.name'))
  })

  it('the same is done with the same repository', async () => {
    await run('git init -q --bare o.git && git init -q seed && cd seed && echo 1 > f && git add . && git commit -qm 1 && git commit -q --allow-empty -m 2 && git branch old && git push -q ../o.git main old')
    const done = []
    for (const side of ['js', 'core']) {
      const path = `/home/user/${side}`
      const origin = `/home/user/${side}.git`
      await run(`git clone -q --mirror o.git ${origin}`)
      const git = side === 'js'
        ? {
            clone: (url, path, o) => sandbox.git.clone(url, { path, ...o }), add: (o) => sandbox.git.add(path, o),
            commit: (m, o) => sandbox.git.commit(path, m, { authorName: 'A', authorEmail: 'a@x', ...o }), create: (b) => sandbox.git.createBranch(path, b),
            checkout: (b) => sandbox.git.checkoutBranch(path, b), remove: (b, o) => sandbox.git.deleteBranch(path, b, o), restore: (o) => sandbox.git.restore(path, o),
            reset: (o) => sandbox.git.reset(path, o), push: (o) => sandbox.git.push(path, o), pull: () => sandbox.git.pull(path),
          }
        : {
            clone: (url, path, o) => ask('Clone', { url, path, ...o }), add: (o) => ask('Add', { path, ...o }), commit: (message, o) => ask('Commit', { path, message, ...o }),
            create: (branch) => ask('CreateBranch', { path, branch }), checkout: (branch) => ask('CheckoutBranch', { path, branch }),
            remove: (branch, o) => ask('DeleteBranch', { path, branch, ...o }), restore: (o) => ask('Restore', { path, ...o }), reset: (o) => ask('Reset', { path, ...o }),
            push: (o) => ask('Push', { path, ...o }), pull: () => ask('Pull', { path }),
          }
      const seen = []
      const look = async () => seen.push(await run(`cd ${path} && git status --porcelain=v1 -b && git log --all --topo-order --format='%s %an %ae %D' && git branch -a && git config --local --get-regexp 'branch|remote' | sed 's/${side}/X/g'; cd ${origin} && git for-each-ref --format='%(refname) %(contents:subject)'`))
      await git.clone(`file://${origin}`, path, { branch: 'main', depth: 1 })
      await look()
      await run(`cd ${path} && echo 2 > f && echo n > 'new file' && mkdir d && echo d > d/g`)
      await git.add({ files: ['new file'] })
      await look()
      await git.restore({ paths: ['new file'], staged: true })
      await git.restore({ paths: ['f'] })
      await look()
      await git.add({})
      await git.commit('three')
      await git.commit('four', { allowEmpty: true })
      await git.create('side')
      await git.push({ remote: 'origin', branch: 'side' })
      await look()
      await git.checkout('main')
      await git.remove('side', { force: true })
      await git.reset({ mode: 'hard', target: 'HEAD~1' })
      await look()
      await run(`git clone -q ${origin} tmp-${side} && cd tmp-${side} && git commit -q --allow-empty -m five && git push -q origin main`)
      await git.reset({ mode: 'hard', target: 'origin/main' })
      await git.pull()
      await look()
      done.push(seen.map((text) => text.replaceAll(side, 'X')))
    }
    assert.deepEqual(done[1], done[0])
    assert.match(done[0].at(-1), /five/)
  })

  it('clone, push and pull with a credential do the same on a server that asks for it', async () => {
    const { username, password } = remotes
    const origin = (side) => `http://host.e2b.internal:${remotes.port}/${side}.git`
    const done = []
    for (const side of ['js', 'core']) {
      execFileSync('git', ['init', '--bare', '--quiet', '--initial-branch=main', join(remotes.data, `${side}.git`)])
      const [path, other] = [`/home/user/auth-${side}`, `/home/user/auth-other-${side}`]
      const git = side === 'js'
        ? { clone: (url, path) => sandbox.git.clone(url, { path, username, password }), push: (path, o) => sandbox.git.push(path, { ...o, username, password }), pull: (path, o) => sandbox.git.pull(path, { ...o, username, password }) }
        : { clone: (url, path) => ask('Clone', { url, path, username, password }), push: (path, o) => ask('Push', { path, ...o, username, password }), pull: (path, o) => ask('Pull', { path, ...o, username, password }) }
      const seen = []
      const look = async (path) => seen.push((await run(`cd ${path} && git status --porcelain=v1 -b && git log --format='%s %D' && git config --local --get-regexp 'branch|remote' && cat f 2>&1 || true`)).replaceAll(side, 'X'))
      await git.clone(origin(side), path)
      await look(path)
      await run(`cd ${path} && echo 1 > f && git add . && git commit -qm one`)
      await git.push(path, { remote: 'origin', branch: 'main' })
      await look(path)
      await git.clone(origin(side), other)
      await run(`cd ${other} && echo 2 > f && git commit -qam two`)
      await git.push(other, { remote: 'origin', branch: 'main' })
      await git.pull(path, { remote: 'origin', branch: 'main' })
      await look(path)
      await run(`cd ${other} && echo 3 > f && git commit -qam three`)
      await git.push(other)
      await git.pull(path)
      await look(path)
      done.push(seen)
      assert.equal((await run(`grep -c '${password}' -r ${path} ${other} | grep -v ':0$' || true`)), '', `${side} leaves no password in the repositories`)
    }
    assert.deepEqual(done[1], done[0])
    assert.match(done[0].at(-1), /three/)
  })

  it('without a credential, or with a wrong one, both are refused', async () => {
    const url = `http://host.e2b.internal:${remotes.port}/js.git`
    await assert.rejects(sandbox.git.clone(url, { path: 'refused' }), e2b.GitAuthError)
    await assert.rejects(ask('Clone', { url, path: 'refused' }), { name: 'GitAuthenticationException' })
    await assert.rejects(sandbox.git.clone(url, { path: 'refused', username: 'x', password: 'wrong' }), e2b.GitAuthError)
    await assert.rejects(ask('Clone', { url, path: 'refused', username: 'x', password: 'wrong' }), { name: 'GitAuthenticationException' })
  })

  it('fails for the same reasons', async () => {
    await run('git init -q e && cd e && git commit -q --allow-empty -m x && git remote add origin /none')
    await assert.rejects(sandbox.git.push('e'), e2b.GitUpstreamError)
    await assert.rejects(ask('Push', { path: 'e' }), { name: 'GitUpstreamException' })
    await assert.rejects(sandbox.git.pull('e'), e2b.GitUpstreamError)
    await assert.rejects(ask('Pull', { path: 'e' }), { name: 'GitUpstreamException' })
    await assert.rejects(sandbox.git.restore('e', { paths: [] }), e2b.InvalidArgumentError)
    await assert.rejects(ask('Restore', { path: 'e', paths: [] }), { name: 'E2BInvalidArgumentException' })
  })
})
