// What the official client and E2B.Core send for the same options, and MCP servers by either.
import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, before, describe, it } from 'node:test'
import { startPeer } from './peer.mjs'
import { startServer } from './support.mjs'

const key = `e2b_${'0'.repeat(40)}`

describe('a create', () => {
  let e2b, peer, recorder
  const bodies = []
  before(async () => {
    // A service that keeps what it is sent. Commands are answered with an error, so that MCP servers fail to start.
    recorder = createServer(async (request, response) => {
      let text = ''
      for await (const part of request) text += part
      if (/sandboxes(\/\w+\/network)?$/.test(request.url) && request.method !== 'DELETE') bodies.push(JSON.parse(text))
      const made = { templateID: 't', sandboxID: 'sbx1', clientID: 'c', envdVersion: '0.6.13', envdAccessToken: 'a' }
      const status = /Start$/.test(request.url) ? 500 : request.method === 'POST' ? 201 : 204
      response.writeHead(status, { 'Content-Type': 'application/json' }).end(status === 201 ? JSON.stringify(made) : '')
    }).listen(0, '127.0.0.1')
    await new Promise((resolve) => recorder.once('listening', resolve))
    process.env.E2B_API_URL = process.env.E2B_SANDBOX_URL = `http://127.0.0.1:${recorder.address().port}`
    process.env.E2B_API_KEY = key
    e2b = await import('e2b')
    peer = startPeer({ sandboxId: 'sbx1', envdApi: {} })
  })
  after(async () => {
    await peer?.stop()
    recorder.closeAllConnections()
    await new Promise((resolve) => recorder.close(resolve))
  })

  /** What both send. */
  async function sent(theirs, ours) {
    bodies.length = 0
    await theirs().catch(() => {})
    await ours().catch(() => {})
    assert.equal(bodies.length, 2)
    return bodies
  }

  // The newest official client leaves out what the second version of the route means anyway; Core, which calls the first, says it.
  const said = (body) => {
    const { secure, timeout, allow_internet_access, metadata = {}, ...rest } = body
    const { 'e2b-dotnet-request-id': mark, ...labels } = metadata
    return { timeout: timeout ?? 300, internet: allow_internet_access ?? true, labels, ...rest }
  }

  const all = '0.0.0.0/0'
  const cases = {
    'nothing': {},
    'template, lifetime, labels, variables': { template: 'a:b', timeoutMs: 1500, metadata: { 'ü': '"' }, envs: { A: 'b\nc' } },
    'no internet': { allowInternetAccess: false },
    'destinations': { network: { allowOut: ['192.0.2.1', '192.0.2.0/24', 'example.com', '*.example.com'], denyOut: [all] } },
    'empty lists': { network: { allowOut: [], denyOut: [] } },
    'an empty network': { network: {} },
    'ports': { network: { allowPublicTraffic: false, maskRequestHost: 'localhost:${PORT}', httpsPorts: [8443] } },
    'a proxy': { network: { egressProxy: { address: 'proxy.example.com:1080', username: 'me', password: 'secret' } } },
    'rules and identity': {
      iam: { tokens: { aws: { audience: 'sts.amazonaws.com', tokenType: 'JWT-SVID' } } },
      network: { rules: { 'api.example.com': [{ transform: { headers: { Authorization: 'Bearer ${e2b.identity.tokens.aws}' } } }], 'b.example.com': [] } },
    },
    'pause': { lifecycle: { onTimeout: 'pause' } },
    'pause, wake': { lifecycle: { onTimeout: 'pause', autoResume: true } },
    'pause without memory': { lifecycle: { onTimeout: { action: 'pause', keepMemory: false } } },
    'pause with memory, do not wake': { lifecycle: { onTimeout: { action: 'pause', keepMemory: true }, autoResume: false } },
    'kill': { lifecycle: { onTimeout: 'kill' } },
    'volumes': { volumeMounts: { '/mnt/data': 'vol' } },
    'MCP': { mcp: { exa: { apiKey: 'ü"', list: [1, true, null] }, 'github/a/b': { runCmd: 'x' } } },
    'MCP of another template': { template: 'mine', mcp: {} },
  }
  for (const [name, options] of Object.entries(cases)) {
    it(`sends the same: ${name}`, async () => {
      const [theirs, ours] = await sent(() => e2b.Sandbox.create(structuredClone(options)), () => peer.ask({ do: 'createWith', options }))
      assert.deepEqual(said(ours), said(theirs))
      assert.equal(ours.secure, true)
    })
  }

  const updates = {
    'nothing': {},
    'no internet': { allowInternetAccess: false },
    'the internet': { allowInternetAccess: true, denyOut: ['10.0.0.0/8'] },
    'destinations': { allowOut: ['example.com'], denyOut: [all] },
    'a proxy and rules': { egressProxy: { address: 'a:1' }, rules: { 'example.com': [{ transform: { headers: { A: 'b' } } }] } },
  }
  for (const [name, options] of Object.entries(updates)) {
    it(`updates the network with the same: ${name}`, async () => {
      const [theirs, ours] = await sent(
        () => e2b.Sandbox.updateNetwork('sbx1', structuredClone(options)),
        () => peer.ask({ do: 'updateNetwork', options }),
      )
      assert.deepEqual(ours, theirs)
    })
  }

  it('refuses the same', async () => {
    const bad = [
      { lifecycle: { onTimeout: 'kill', autoResume: true } },
      { lifecycle: { autoResume: true } },
      { lifecycle: { onTimeout: { action: 'kill', keepMemory: true } } },
      { lifecycle: { onTimeout: { action: 'pause', keepMemory: false }, autoResume: true } },
      { iam: { tokens: { 'a}b': { audience: 'x', tokenType: 'JWT-SVID' } } } },
    ]
    bodies.length = 0
    for (const options of bad) {
      await assert.rejects(e2b.Sandbox.create(options), e2b.InvalidArgumentError)
      await assert.rejects(peer.ask({ do: 'createWith', options }), { name: 'E2BInvalidArgumentException' })
    }
    assert.deepEqual(bodies, [])
  })
})

describe('MCP servers', () => {
  let stop, e2b, peer
  before(async () => {
    stop = await startServer()
    e2b = await import('e2b')
  })
  after(async () => {
    await peer?.stop()
    await stop()
  })

  it('are started by the gateway of a snapshot, the same by both clients', async () => {
    const builder = await e2b.Sandbox.create()
    const gateway = '#!/bin/sh\nmkdir -p /etc/mcp-gateway; printf %s "$GATEWAY_ACCESS_TOKEN" > /etc/mcp-gateway/.token; printf "%s\\n" "$@" > /root/arguments\n'
    await builder.files.write('/usr/local/bin/mcp-gateway', gateway, { user: 'root' })
    await builder.commands.run('chmod 755 /usr/local/bin/mcp-gateway', { user: 'root' })
    await builder.createSnapshot({ name: 'mcp-gateway' })
    const mcp = { exa: { apiKey: 'it\'s "ü" $HOME `x`' } }

    const theirs = await e2b.Sandbox.create({ mcp })
    peer = startPeer(theirs)
    const ours = await e2b.Sandbox.connect(await peer.ask({ do: 'createWith', options: { mcp } }))
    for (const sandbox of [theirs, ours]) {
      const [option, configuration] = (await sandbox.files.read('/root/arguments', { user: 'root' })).split('\n')
      assert.equal(option, '--config')
      assert.deepEqual(JSON.parse(configuration), mcp)
    }
    assert.match(await ours.getMcpToken(), /^[0-9a-f]{64}$/)
    assert.equal(await theirs.getMcpToken(), await theirs.files.read('/etc/mcp-gateway/.token', { user: 'root' }))
    await Promise.all([builder, theirs, ours].map((sandbox) => sandbox.kill()))
  })
})
