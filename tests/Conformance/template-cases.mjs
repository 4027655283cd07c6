// The cases for methods of the official template builder. What a step does is seen in a sandbox of what was built.
import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { baseLayer, layerOf, startRegistry } from './registry.mjs'
import { until } from './support.mjs'

const ACCOUNT = { type: 'service_account', project_id: 'conformance' }

let e2b, folder, context, hub, closed, shared, builds_ = 0

/** To be called before the server is started, which then takes this registry for Docker Hub. */
export async function prepareTemplates() {
  folder = mkdtempSync(join(tmpdir(), 'e2b-conformance-templates-'))
  context = join(folder, 'context')
  mkdirSync(join(context, 'programs'), { recursive: true })
  writeFileSync(join(context, 'one.txt'), 'one\n')
  writeFileSync(join(context, 'two.txt'), 'two\n')
  for (const name of ['pip', 'npm', 'bun', 'apt-get', 'mcp-gateway', 'devcontainer']) {
    writeFileSync(join(context, 'programs', name), '#!/bin/sh\numask 0; echo "$(id -un): $*" >> "/opt/calls/$(basename "$0")"\n')
  }
  writeFileSync(join(context, 'programs/sudo'), '#!/bin/sh\nexec "$@"\n')
  hub = await startRegistry()
  closed = await startRegistry({ users: ['me:secret', `_json_key:${JSON.stringify(ACCOUNT)}`] })
  process.env.CONTAINERS_REGISTRIES_CONF = hub.standInForDockerHub(folder)
}

/** To be called when the client can be imported. */
export function useClient(client) {
  e2b = client
}

export async function endTemplates() {
  delete process.env.CONTAINERS_REGISTRIES_CONF
  await Promise.all([hub.stop(), closed.stop()])
  rmSync(folder, { recursive: true })
}

const named = (source, act) => Object.assign(act, { toString: () => String(source) })
const start = () => e2b.Template({ fileContextPath: context })
const tools = (template) => template.copy('programs', '/usr/local/bin/', { mode: 0o755, user: 'root' }).makeDir('/opt/calls', { mode: 0o777, user: 'root' })

async function build(template, name = `own${builds_++}`, options) {
  const log = []
  await e2b.Template.build(template, name, { memoryMB: 512, onBuildLogs: (entry) => log.push(entry.message), ...options })
  return { name, log }
}

async function said(template, command) {
  const sandbox = await e2b.Sandbox.create(template)
  try {
    return (await sandbox.commands.run(command)).stdout
  } finally {
    await sandbox.kill()
  }
}

/** A template of its own, and what a command says in a sandbox of it. */
const builds = (define, command, output) => named(define, async () => {
  const { name } = await build(define(start()))
  assert.equal(await said(name, command), output)
})

const steps = []
/** A step of one template that these cases share, and what a command says in a sandbox of it. */
const shows = (step, command, output) => {
  steps.push(step)
  return named(step, async () => {
    shared ??= build(steps.reduce((template, one) => one(template), start().fromBaseImage()), 'steps')
    assert.equal(await said((await shared).name, command), output)
  })
}

/** An image of Docker Hub, or of what stands in for it. */
const takes = (define, image) => named(define, async () => {
  hub.add(image, [baseLayer()])
  const { name } = await build(define(start()))
  assert.ok(hub.asked.includes(image), hub.asked.join(' '))
  assert.equal(await said(name, 'head -n 1 /etc/os-release; id -un'), 'PRETTY_NAME="Conformance Linux"\nuser\n')
})

const fails = (define, message) => named(define, () => assert.rejects(build(define(start())), (error) => {
  assert.ok(error instanceof e2b.BuildError, `${error}`)
  assert.match(error.message, message)
  return true
}))

export const templateCases = {
  'TemplateBase::toJSON': async () => {
    const json = JSON.parse(await e2b.Template.toJSON(start().fromTemplate('base').runCmd('true', { user: 'root' }).copy('one.txt', '/opt/')))
    assert.equal(json.fromTemplate, 'base')
    assert.deepEqual(json.steps.map((one) => [one.type, one.args]), [['RUN', ['true', 'root']], ['COPY', ['one.txt', '/opt/', '', '']]])
    assert.match(json.steps[1].filesHash, /^[0-9a-f]{64}$/)
  },
  'TemplateBase::toDockerfile': () => assert.equal(
    e2b.Template.toDockerfile(start().fromImage('debian:12').runCmd('true').setWorkdir('/opt')), 'FROM debian:12\nRUN true\nWORKDIR /opt\n'),
  'TemplateBase::build': async () => {
    const made = await e2b.Template.build(start().fromBaseImage().runCmd('echo built > ~/built'), 'in-foreground:v1', { tags: ['v2'] })
    assert.deepEqual([made.name, made.tags], ['in-foreground:v1', ['v1', 'v2']])
    assert.equal(await said('in-foreground:v2', 'cat built'), 'built\n')
  },
  'TemplateBase::buildInBackground': async () => {
    const made = await e2b.Template.buildInBackground(start().fromBaseImage().runCmd('true'), 'in-background')
    let status
    await until(async () => !['waiting', 'building'].includes((status = (await e2b.Template.getBuildStatus(made)).status)), 'the end of the build')
    assert.equal(status, 'ready')
  },
  'TemplateBase::getBuildStatus': async () => {
    const made = await e2b.Template.buildInBackground(start().fromBaseImage().runCmd('exit 3'), 'failing-behind')
    let info
    await until(async () => (info = await e2b.Template.getBuildStatus(made)).status === 'error', 'the failure of the build')
    assert.deepEqual([info.buildID, info.reason.step], [made.buildId, '1'])
    assert.match(info.reason.message, /exit status 3/)
    const rest = await e2b.Template.getBuildStatus(made, { logsOffset: info.logEntries.length - 1 })
    assert.equal(rest.logEntries.length, 1)
  },
  'TemplateBase::exists': async () => assert.deepEqual([await e2b.Template.exists('base'), await e2b.Template.exists('never-built')], [true, false]),
  'TemplateBase::aliasExists': async () => assert.deepEqual([await e2b.Template.aliasExists('base'), await e2b.Template.aliasExists('never-built')], [true, false]),
  'TemplateBase::assignTags': async () => {
    await build(start().fromBaseImage(), 'assigned:one')
    assert.deepEqual((await e2b.Template.assignTags('assigned:one', ['two', 'three'])).tags, ['two', 'three'])
    await said('assigned:three', 'true')
  },
  'TemplateBase::removeTags': async () => {
    await build(start().fromBaseImage(), 'removed:one', { tags: ['two'] })
    await e2b.Template.removeTags('removed', 'two')
    await assert.rejects(e2b.Sandbox.create('removed:two'), /tag 'two' does not exist/)
  },
  'TemplateBase::getTags': async () => {
    await build(start().fromBaseImage(), 'listed:one', { tags: ['two'] })
    assert.deepEqual((await e2b.Template.getTags('listed')).map((one) => one.tag).sort(), ['one', 'two'])
  },

  'TemplateBase.fromDebianImage': takes((template) => template.fromDebianImage(), 'library/debian:stable'),
  'TemplateBase.fromUbuntuImage': takes((template) => template.fromUbuntuImage(), 'library/ubuntu:latest'),
  'TemplateBase.fromFedoraImage': takes((template) => template.fromFedoraImage(), 'library/fedora:44'),
  'TemplateBase.fromArchImage': takes((template) => template.fromArchImage(), 'library/archlinux:latest'),
  'TemplateBase.fromPythonImage': takes((template) => template.fromPythonImage('3.12-slim'), 'library/python:3.12-slim'),
  'TemplateBase.fromNodeImage': takes((template) => template.fromNodeImage(), 'library/node:lts'),
  'TemplateBase.fromBunImage': takes((template) => template.fromBunImage(), 'oven/bun:latest'),
  'TemplateBase.fromAlpineImage': named((template) => template.fromAlpineImage(), async () => {
    hub.add('library/alpine:3.24', [layerOf({ 'lib/ld-musl-x86_64.so.1': '', 'bin/sh': '', 'etc/os-release': 'PRETTY_NAME="Alpine Linux v3.24"\n' })])
    await assert.rejects(build(start().fromAlpineImage()), /the image 'alpine:3\.24' \(Alpine Linux v3\.24\) cannot be used: its C library is musl, not glibc/)
  }),
  'TemplateBase.fromBaseImage': builds((template) => template.fromBaseImage(), 'id -un; pwd', 'user\n/home/user\n'),
  'TemplateBase.fromImage': named((template) => template.fromImage(), async () => {
    const image = closed.add('team/private:1', [baseLayer()], { env: ['FLAVOUR=of the image'] })
    await assert.rejects(build(start().fromImage(image)), /credentials for the registry are needed/)
    await assert.rejects(build(start().fromImage(image, { username: 'me', password: 'wrong-one' })), (error) => /does not accept the credentials/.test(error.message) && !error.message.includes('wrong-one'))
    const { name } = await build(start().fromImage(image, { username: 'me', password: 'secret' }).runCmd('echo $FLAVOUR > ~/flavour'))
    assert.equal(await said(name, 'cat ~/flavour'), 'of the image\n')
  }),
  'TemplateBase.fromGCPRegistry': named((template) => template.fromGCPRegistry(), async () => {
    const image = closed.add('google/private:1', [baseLayer()])
    const { name } = await build(start().fromGCPRegistry(image, { serviceAccountJSON: ACCOUNT }))
    assert.equal(await said(name, 'id -un'), 'user\n')
  }),
  // How a key of Amazon's becomes a password is in the server's own tests: there is only one Amazon.
  'TemplateBase.fromAWSRegistry': fails(
    (template) => template.fromAWSRegistry('1.dkr.ecr.nowhere.amazonaws.com/app:1', { accessKeyId: 'id', secretAccessKey: 'key', region: 'nowhere' }),
    /^'nowhere' is no region of AWS/),
  'TemplateBase.fromTemplate': builds((template) => template.fromTemplate('base'), 'id -un', 'user\n'),
  'TemplateBase.fromDockerfile': builds(
    (template) => template.fromDockerfile('FROM e2bdev/base\nENV A=1\nWORKDIR /opt/there\nRUN echo $A$(id -un) > file\nCOPY one.txt ./\nCMD ["sleep", "1"]\n'),
    'cat /opt/there/file /opt/there/one.txt', '1root\none\n'),

  'TemplateBase.copy': shows((template) => template.copy('programs', '/usr/local/bin/', { mode: 0o755, user: 'root' }), 'stat -c "%U %a" /usr/local/bin/bun', 'root 755\n'),
  'TemplateBase.copyItems': shows(
    (template) => template.copyItems([{ src: 'one.txt', dest: 'items/' }, { src: 'two.txt', dest: '/home/user/items/renamed', mode: 0o600 }]),
    'cat ~/items/one.txt ~/items/renamed; stat -c "%U %a" ~/items/renamed', 'one\ntwo\nuser 600\n'),
  'TemplateBase.makeDir': shows((template) => template.makeDir('/opt/calls', { mode: 0o777, user: 'root' }), 'stat -c "%U %a" /opt/calls', 'root 777\n'),
  'TemplateBase.remove': shows((template) => template.runCmd('mkdir -p ~/gone/deep').remove('/home/user/gone', { recursive: true, force: true }), 'ls -d ~/gone 2>/dev/null || echo none', 'none\n'),
  'TemplateBase.rename': shows((template) => template.runCmd('echo renamed > ~/before').rename('/home/user/before', '/home/user/after'), 'cat ~/after', 'renamed\n'),
  'TemplateBase.makeSymlink': shows((template) => template.makeSymlink('/home/user/after', '/home/user/link', { force: true }), 'readlink ~/link', '/home/user/after\n'),
  'TemplateBase.runCmd': shows((template) => template.runCmd(['id -un > ~/ran', 'pwd >> ~/ran']), 'cat ~/ran', 'user\n/home/user\n'),
  'TemplateBase.setEnvs': shows(
    (template) => template.setEnvs({ FLAVOUR: 'sweet & sour', NUMBER: '7' }).runCmd('echo "$FLAVOUR $NUMBER" > ~/flavour'),
    'cat ~/flavour; echo "<$FLAVOUR>"', 'sweet & sour 7\n<>\n'),
  'TemplateBase.pipInstall': shows((template) => template.pipInstall(['requests', 'flask']).pipInstall('black', { g: false }), 'cat /opt/calls/pip', 'root: install requests flask\nuser: install --user black\n'),
  'TemplateBase.npmInstall': shows((template) => template.npmInstall('typescript', { g: true }), 'cat /opt/calls/npm', 'root: install -g typescript\n'),
  'TemplateBase.bunInstall': shows((template) => template.bunInstall('elysia', { dev: true }), 'cat /opt/calls/bun', 'user: install --dev elysia\n'),
  'TemplateBase.aptInstall': shows((template) => template.aptInstall('vim', { noInstallRecommends: true }), 'cat /opt/calls/apt-get', 'root: update\nroot: install -y --no-install-recommends vim\n'),
  'TemplateBase.gitClone': shows(
    (template) => template
      .runCmd('git init -q -b main ~/origin && cd ~/origin && git -c user.name=a -c user.email=a@example.com commit -q --allow-empty -m first')
      .gitClone('/home/user/origin', '/home/user/cloned', { branch: 'main' }),
    'git -C ~/cloned log --format=%s', 'first\n'),
  'TemplateBase.setWorkdir': shows((template) => template.setWorkdir('outer').setWorkdir('inner'), 'pwd; stat -c %U .', '/outer/inner\nuser\n'),

  'TemplateBase.setUser': builds((template) => template.fromBaseImage().setUser('maker').runCmd('touch ~/made'), 'id -un; stat -c %U ~/made', 'maker\nmaker\n'),
  'TemplateBase.setStartCmd': builds(
    (template) => template.fromBaseImage().setStartCmd('echo started > ~/started; sleep 1000', e2b.waitForFile('/home/user/started')),
    'cat ~/started; pgrep -fc "^sleep 1000"', 'started\n1\n'),
  'TemplateBase.setReadyCmd': builds((template) => template.fromBaseImage().setReadyCmd(e2b.waitForTimeout(1000)), 'echo ready', 'ready\n'),
  'TemplateBase.skipCache': named((template) => template.skipCache(), async () => {
    const define = (skip) => (skip ? start().fromBaseImage().runCmd('true').skipCache() : start().fromBaseImage().runCmd('true')).runCmd('echo to be cached')
    const isCached = ({ log }) => ['RUN true', 'RUN echo'].map((step) => log.some((line) => line.includes(`] ${step}`) && line.startsWith('CACHED')))
    await build(define(false))
    assert.deepEqual(isCached(await build(define(false))), [true, true])
    assert.deepEqual(isCached(await build(define(true))), [true, false])
  }),
  'TemplateBase.addMcpServer': named((template) => template.addMcpServer(), async () => {
    await build(tools(start().fromBaseImage()), 'mcp-gateway')
    assert.throws(() => start().fromBaseImage().addMcpServer('exa'), /only be added to mcp-gateway/)
    const { name } = await build(start().fromTemplate('mcp-gateway').addMcpServer(['exa', 'brave']))
    assert.equal(await said(name, 'cat /opt/calls/mcp-gateway'), 'root: pull exa brave\n')
  }),
  'TemplateBase.betaDevContainerPrebuild': named((template) => template.betaDevContainerPrebuild(), async () => {
    await devcontainer()
    const { name } = await build(start().fromTemplate('devcontainer').betaDevContainerPrebuild('/my project'))
    assert.equal(await said(name, 'cat /opt/calls/devcontainer'), 'root: build --workspace-folder /my project\n')
  }),
  'TemplateBase.betaSetDevContainerStart': named((template) => template.betaSetDevContainerStart(), async () => {
    await devcontainer()
    const { name } = await build(start().fromTemplate('devcontainer').setUser('root').betaSetDevContainerStart('/project'))
    assert.equal(await said(name, 'tail -n 1 /opt/calls/devcontainer; ls /devcontainer.*'), 'root: up --workspace-folder /project\n/devcontainer.sh\n/devcontainer.up\n')
  }),
}

/** What the cloud has as a template: programs by these names. */
const devcontainer = () => build(
  tools(start().fromBaseImage()).runCmd("printf '#!/bin/sh\\necho prepared\\n' > /prepare-exec.sh && chmod +x /prepare-exec.sh", { user: 'root' }), 'devcontainer')
