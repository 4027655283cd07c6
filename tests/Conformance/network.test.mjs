import assert from 'node:assert/strict'
import dns from 'node:dns'
import http from 'node:http'
import net from 'node:net'
import { after, before, describe, it } from 'node:test'
import { startServer } from './support.mjs'

// Browsers and many resolvers know that *.localhost is this machine; Node asks the system, which may not.
const lookup = dns.lookup
dns.lookup = (name, options, callback) => lookup(name.endsWith('.localhost') ? '127.0.0.1' : name, options, callback)

const server = `
import base64, hashlib, http.server, time
class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = 'HTTP/1.1'
    def do_GET(self):
        if self.headers.get('Upgrade') == 'websocket':
            key = base64.b64encode(hashlib.sha1((self.headers['Sec-WebSocket-Key'] + '258EAFA5-E914-47DA-95CA-C5AB0DC85B11').encode()).digest())
            self.wfile.write(b'HTTP/1.1 101 Switching Protocols\\r\\nConnection: Upgrade\\r\\nUpgrade: websocket\\r\\nSec-WebSocket-Accept: ' + key + b'\\r\\n\\r\\n')
            while data := self.rfile.read1(): self.wfile.write(data)
            self.close_connection = True
            return
        if self.path == '/events':
            self.send_response(200); self.send_header('Content-Type', 'text/event-stream'); self.send_header('Transfer-Encoding', 'chunked'); self.end_headers()
            for n in range(2):
                if n: [time.sleep(0.01) for _ in iter(lambda: __import__('os').path.exists('/tmp/go'), True)]
                part = f'data: {n}\\n\\n'.encode(); self.wfile.write(b'%x\\r\\n%s\\r\\n' % (len(part), part)); self.wfile.flush()
            self.wfile.write(b'0\\r\\n\\r\\n')
            return
        self.answer(f"{self.path} {self.headers['Host']}".encode())
    def do_POST(self):
        self.answer(self.rfile.read(int(self.headers['Content-Length'])))
    def answer(self, body):
        self.send_response(200); self.send_header('Content-Length', str(len(body))); self.end_headers(); self.wfile.write(body)
    def log_message(self, *_): pass
http.server.ThreadingHTTPServer(('127.0.0.1', 8000), Handler).serve_forever()
`

describe('network', () => {
  let stop, e2b, sandbox
  before(async () => {
    stop = await startServer()
    e2b = await import('e2b')
    sandbox = await start()
  })
  after(async () => {
    await sandbox?.kill()
    await stop()
  })

  /** A sandbox with a program that listens on its loopback only. */
  async function start(options = {}) {
    const made = await e2b.Sandbox.create(options)
    await made.files.write('/home/user/server.py', server)
    await made.commands.run('python3 server.py', { background: true })
    return made
  }

  it('getHost leads to a program that has just been started', async () => {
    const port = new URL(process.env.E2B_API_URL).port
    assert.equal(sandbox.getHost(8000), `8000-${sandbox.sandboxId}.localhost:${port}`)
    const answer = await fetch(`http://${sandbox.getHost(8000)}/a?b`)
    assert.equal(await answer.text(), `/a?b ${sandbox.getHost(8000)}`)
  })

  it('bodies go in and come back', async () => {
    const body = Buffer.alloc(3_000_000, 'x')
    const answer = await fetch(`http://${sandbox.getHost(8000)}/`, { method: 'POST', body })
    assert.deepEqual(Buffer.from(await answer.arrayBuffer()), body)
  })

  it('events arrive as they are sent', async () => {
    const answer = await fetch(`http://${sandbox.getHost(8000)}/events`)
    const reader = answer.body.getReader()
    const text = async () => Buffer.from((await reader.read()).value).toString()
    assert.equal(await text(), 'data: 0\n\n')
    await sandbox.files.write('/tmp/go', '')
    assert.equal(await text(), 'data: 1\n\n')
    assert.equal((await reader.read()).done, true)
  })

  it('web sockets open', async () => {
    const request = http.request({
      host: '127.0.0.1',
      port: new URL(process.env.E2B_API_URL).port,
      headers: { Host: sandbox.getHost(8000), Connection: 'Upgrade', Upgrade: 'websocket', 'Sec-WebSocket-Key': 'dGhlIHNhbXBsZSBub25jZQ==', 'Sec-WebSocket-Version': 13 },
    })
    request.end()
    const [response, socket] = await new Promise((resolve, reject) => {
      request.once('upgrade', (...all) => resolve(all))
      request.once('error', reject)
    })
    assert.equal(response.headers['sec-websocket-accept'], 's3pPLMBiTxaQ9kYGzzhZRbK+xOo=')
    socket.write('ping')
    assert.equal(await new Promise((resolve) => socket.once('data', (data) => resolve(data.toString()))), 'ping')
    socket.destroy()
  })

  it('nothing there is the answer of the cloud', async () => {
    const answer = await fetch(`http://${sandbox.getHost(9)}/`)
    assert.equal(answer.status, 502)
    assert.deepEqual(await answer.json(), { sandboxId: sandbox.sandboxId, message: 'The sandbox is running but port is not open', port: 9, code: 502 })
  })

  it('restricted traffic wants the token', async () => {
    const restricted = await start({ network: { allowPublicTraffic: false, maskRequestHost: 'localhost:${PORT}' } })
    try {
      const url = `http://${restricted.getHost(8000)}/`
      assert.equal((await fetch(url)).status, 403)
      assert.equal((await fetch(url, { headers: { 'e2b-traffic-access-token': 'no' } })).status, 403)
      const answer = await fetch(url, { headers: { 'e2b-traffic-access-token': restricted.trafficAccessToken } })
      assert.equal(await answer.text(), '/ localhost:8000')
      const again = await e2b.Sandbox.connect(restricted.sandboxId)
      assert.equal(again.trafficAccessToken, restricted.trafficAccessToken)
    } finally {
      await restricted.kill()
    }
  })

  it('rules are kept, updated and checked', async () => {
    const ruled = await e2b.Sandbox.create({ network: { denyOut: [e2b.ALL_TRAFFIC], allowOut: ['198.51.100.7', 'example.com'] } })
    try {
      assert.deepEqual((await ruled.getInfo()).network.allowOut, ['198.51.100.7', 'example.com'])
      await ruled.updateNetwork({ allowInternetAccess: false })
      const info = await ruled.getInfo()
      assert.equal(info.allowInternetAccess, false)
      assert.equal(info.network.allowOut, undefined)
      const tried = await ruled.commands.run("python3 -c \"import socket; socket.create_connection(('198.51.100.7', 80), 5)\" 2>&1 | tail -1; true")
      assert.match(tried.stdout, /No route to host/)
      await assert.rejects(ruled.updateNetwork({ allowOut: ['example.com'] }), /ALL_TRAFFIC/)
      await assert.rejects(e2b.Sandbox.create({ network: { denyOut: ['example.com'] } }), /invalid denied CIDR example.com/)
    } finally {
      await ruled.kill()
    }
  })

  it('a loopback listener leads to a port, for HTTP and for bytes', async () => {
    const open = async (protocol) => {
      const answer = await fetch(`${process.env.E2B_API_URL}/local/sandboxes/${sandbox.sandboxId}/ports/8000`, {
        method: 'POST',
        headers: { 'X-API-KEY': process.env.E2B_API_KEY },
        body: JSON.stringify({ protocol }),
      })
      assert.equal(answer.status, 200)
      return new URL((await answer.json()).url)
    }
    const url = await open('http')
    assert.equal(url.hostname, '127.0.0.1')
    assert.equal(await (await fetch(new URL('/c', url))).text(), `/c ${url.host}`)

    const raw = await open('tcp')
    const socket = net.connect(Number(raw.port), raw.hostname)
    socket.end('GET /d HTTP/1.0\r\nHost: raw\r\n\r\n')
    let text = ''
    for await (const part of socket) text += part
    assert.match(text, /\/d raw$/)
  })
})
