// A registry of images on 127.0.0.1, and a small Debian of this machine's own files to put there.
import { execFileSync } from 'node:child_process'
import { createHash } from 'node:crypto'
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'

const PROGRAMS = [
  'bash', 'cat', 'chmod', 'chown', 'cp', 'cut', 'dirname', 'env', 'find', 'getent', 'grep', 'head', 'id', 'ls', 'mkdir', 'mv', 'passwd', 'rm', 'sed',
  'sleep', 'stat', 'tar', 'touch', 'tr', 'useradd', 'usermod',
]
const MANIFEST = 'application/vnd.oci.image.manifest.v1+json'

export const architecture = process.arch === 'x64' ? 'amd64' : process.arch
const digestOf = (content) => 'sha256:' + createHash('sha256').update(content).digest('hex')

/** A layer of files: text by path. */
export function layerOf(files) {
  const root = mkdtempSync(join(tmpdir(), 'e2b-conformance-layer-'))
  try {
    for (const [path, text] of Object.entries(files)) {
      mkdirSync(join(root, dirname(path)), { recursive: true })
      writeFileSync(join(root, path), text)
    }
    return pack(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

const pack = (root) => execFileSync('tar', ['-C', root, '--owner=0', '--group=0', '-czf', '-', '.'], { maxBuffer: 2 ** 30 })

let base
/** The layer of a system in which bash, some programs and what builds need of them run. */
export function baseLayer() {
  return (base ??= makeBase())
}

function makeBase() {
  const root = mkdtempSync(join(tmpdir(), 'e2b-conformance-root-'))
  try {
    for (const folder of ['usr/bin', 'usr/sbin', 'usr/lib', 'usr/lib64', 'etc', 'home', 'tmp']) mkdirSync(join(root, folder), { recursive: true })
    for (const name of ['bin', 'sbin', 'lib', 'lib64']) symlinkSync('usr/' + name, join(root, name))
    symlinkSync('bash', join(root, 'usr/bin/sh'))
    const add = (path) => {
      const target = join(root, path.replace(/^\/(?!usr\/)/, '/usr/'))
      mkdirSync(dirname(target), { recursive: true })
      copyFileSync(realpathSync(path), target)
    }
    for (const name of PROGRAMS) {
      const path = ['/usr/bin/', '/usr/sbin/'].map((folder) => folder + name).find(existsSync)
      if (!path) throw new Error(`this machine has no ${name}`)
      add(path)
      for (const [library] of execFileSync('ldd', [path], { encoding: 'utf8' }).matchAll(/\/(usr\/)?lib\S+/g)) add(library)
    }
    writeFileSync(join(root, 'etc/os-release'), 'PRETTY_NAME="Conformance Linux"\nID=debian\n')
    writeFileSync(join(root, 'etc/passwd'), 'root:x:0:0:root:/root:/bin/bash\n')
    writeFileSync(join(root, 'etc/group'), 'root:x:0:\nsudo:x:27:\n')
    writeFileSync(join(root, 'etc/shadow'), 'root:*:19000:0:99999:7:::\n', { mode: 0o640 })
    return pack(root)
  } finally {
    rmSync(root, { recursive: true })
  }
}

/** Starts a registry. `users` are `name:password` texts that it is open to, everybody without. */
export async function startRegistry({ users } = {}) {
  const manifests = new Map(), blobs = new Map(), asked = []
  const server = createServer((request, response) => {
    const answer = (status, content = '', headers = {}) => {
      response.writeHead(status, { 'Content-Length': Buffer.byteLength(content), ...headers })
      response.end(request.method === 'HEAD' ? undefined : content)
    }
    const error = (status, code, headers) => answer(status, JSON.stringify({ errors: [{ code, message: code.toLowerCase().replace('_', ' ') }] }), { 'Content-Type': 'application/json', ...headers })
    const who = Buffer.from((request.headers.authorization ?? '').replace(/^Basic /, ''), 'base64').toString()
    if (users && !users.includes(who)) return error(401, 'UNAUTHORIZED', { 'WWW-Authenticate': 'Basic realm="test"' })
    if (request.url === '/v2/') return answer(200)
    const [, name, kind, reference] = /^\/v2\/(.+)\/(manifests|blobs)\/([^/]+)$/.exec(request.url) ?? []
    asked.push(`${name}:${reference}`)
    const found = kind === 'manifests' ? manifests.get(`${name}:${reference}`) : blobs.get(reference)
    if (!found) return error(404, kind === 'manifests' ? 'MANIFEST_UNKNOWN' : 'BLOB_UNKNOWN')
    answer(200, found, kind === 'manifests' ? { 'Content-Type': MANIFEST, 'Docker-Content-Digest': digestOf(found) } : {})
  })
  await new Promise((resolve) => server.listen(0, '127.0.0.1', resolve))
  const host = `127.0.0.1:${server.address().port}`
  return {
    host,
    /** What was asked for: `name:tag` and `name:digest`. */
    asked,
    /** Puts an image there, and returns its name. */
    add(name, layers, { env = [], user, arch = architecture } = {}) {
      const config = Buffer.from(JSON.stringify({ os: 'linux', architecture: arch, config: { Env: env, User: user }, rootfs: { type: 'layers', diff_ids: layers.map(digestOf) } }))
      const describe = (content, mediaType) => ({ mediaType, digest: digestOf(content), size: content.length })
      const manifest = Buffer.from(JSON.stringify({
        schemaVersion: 2, mediaType: MANIFEST,
        config: describe(config, 'application/vnd.oci.image.config.v1+json'),
        layers: layers.map((layer) => describe(layer, 'application/vnd.oci.image.layer.v1.tar+gzip')),
      }))
      for (const content of [...layers, config]) blobs.set(digestOf(content), content)
      manifests.set(name, manifest)
      manifests.set(`${name.split(':')[0]}:${digestOf(manifest)}`, manifest)
      return `${host}/${name}`
    },
    /** Writes settings by which programs that ask Docker Hub ask this registry, and returns their file. */
    standInForDockerHub(folder) {
      const file = join(folder, 'registries.conf')
      writeFileSync(file, `[[registry]]\nprefix = "docker.io"\nlocation = "${host}"\ninsecure = true\n`)
      return file
    },
    async stop() {
      server.closeAllConnections()
      await new Promise((resolve) => server.close(resolve))
    },
  }
}
