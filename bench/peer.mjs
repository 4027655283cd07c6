// One measurement by the official JavaScript SDK, like those of Sdk/Program.cs.
import { readFileSync } from 'node:fs'
import { mkdir, readFile, readdir, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join, relative } from 'node:path'

const require = createRequire(new URL('../tests/Conformance/package.json', import.meta.url))
const { Sandbox } = require('e2b')
const [mode, size, id, folder] = process.argv.slice(2)
const count = Number(size)
const file = '/tmp/bench-file'
const peak = () => Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))[1]) / 1024

/** A stream without a source of its own, as a program that does not hold the file in memory has one. */
function pattern(mebibytes) {
  const chunk = new Uint8Array(128 * 1024).fill(0x5a)
  let left = mebibytes * 8
  return new ReadableStream({
    pull(controller) {
      if (left-- > 0) controller.enqueue(chunk.slice())
      else controller.close()
    },
  })
}

const works = {
  async true(sandbox, n) {
    for (let i = 0; i < n; i++) await sandbox.commands.run('true')
  },
  async up(sandbox, n) {
    await sandbox.files.write(file, pattern(n), { requestTimeoutMs: 0 })
  },
  async upmemory(sandbox, n) {
    await sandbox.files.write(file, new Uint8Array(n * 1024 * 1024).fill(0x5a).buffer, { requestTimeoutMs: 0 })
  },
  async downmemory(sandbox, n) {
    const bytes = await sandbox.files.read(file, { format: 'bytes', requestTimeoutMs: 0 })
    if (bytes.length < n * 1024 * 1024) throw new Error(`the file has ${bytes.length} bytes`)
  },
  async down(sandbox, n) {
    let total = 0
    for await (const chunk of await sandbox.files.read(file, { format: 'stream', requestTimeoutMs: 0 })) total += chunk.length
    if (total < n * 1024 * 1024) throw new Error(`the file has ${total} bytes`)
  },
}

// The SDK has no call for trees; this is what a careful user of it writes. Several files in one call go in one request.
works.treeup = async (sandbox, round) => {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = await Promise.all(
    entries
      .filter((entry) => entry.isFile())
      .map(async (entry) => {
        const path = join(entry.parentPath, entry.name)
        return { path: `/home/user/peer-${round}/${relative(folder, path)}`, data: new Blob([await readFile(path)]) }
      }),
  )
  await sandbox.files.write(files, { requestTimeoutMs: 0 })
}

works.treedown = async (sandbox, round) => {
  const files = (await sandbox.files.list('/home/user/tree', { depth: 20 })).filter((entry) => entry.type === 'file')
  const target = `${folder}-peer-${round}`
  let next = 0
  const readSome = async () => {
    while (next < files.length) {
      const { path } = files[next++]
      const local = join(target, relative('/home/user/tree', path))
      await mkdir(dirname(local), { recursive: true })
      await writeFile(local, await sandbox.files.read(path, { format: 'bytes' }))
    }
  }
  await Promise.all(Array.from({ length: 32 }, readSome))
}

works.fan = async (all, rounds) => {
  for (let i = 0; i < rounds; i++) await Promise.all(all.map((one) => one.commands.run('true')))
}

works.lives = async (_, n) => {
  await Promise.all(
    Array.from({ length: n }, async () => {
      const sandbox = await Sandbox.create()
      if (!(await sandbox.kill())) throw new Error(`the sandbox ${sandbox.sandboxId} was gone`)
    }),
  )
}

const all = await Promise.all((id === '-' ? [] : id.split(',')).map((one) => Sandbox.connect(one, { timeoutMs: 3_600_000 })))
const sandbox = mode === 'fan' ? all : all[0]
const work = works[mode]
const before = peak()
if (mode === 'lives') {
  // As in Sdk/Measure.cs: a client that has been in use for a while.
  for (let round = 0; round < 5; round++) await work(sandbox, count)
  await new Promise((done) => setTimeout(done, 1000))
} else await work(sandbox, mode === 'true' ? 10 : mode === 'fan' ? 2 : mode.startsWith('tree') ? -count : 1)
const usedBefore = process.cpuUsage()
const begin = performance.now()
await work(sandbox, count)
const seconds = (performance.now() - begin) / 1000
const { user, system } = process.cpuUsage(usedBefore)
console.log(seconds.toFixed(4), (peak() - before).toFixed(1), ((user + system) / 1e6).toFixed(4))
