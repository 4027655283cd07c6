'use strict'
// The JavaScript kernel: runs code that the service sends, one after the other in the same global scope, and says on a
// descriptor of its own what happens.

const { EventEmitter } = require('node:events')
const fs = require('node:fs')
const nodeModule = require('node:module')
const path = require('node:path')
const repl = require('node:repl')
const util = require('node:util')
const { PassThrough, Readable, Writable } = require('node:stream')
const { StringDecoder } = require('node:string_decoder')
const { Worker } = require('node:worker_threads')

const answers = Number(process.argv[2])
const displaySymbol = Symbol.for('Jupyter.display')
process.argv.splice(1)

// Code that runs is struck by a thread beside it: while that goes on (STRIKING), and until this thread has answered
// (STRUCK), nothing is said, so that no line is cut off, and nothing ends, so that the strike does not hit what is next.
const [IDLE, RUNNING, STRIKING, STRUCK, ENDING] = [0, 1, 2, 3, 4]
const [STATE, ENDED, ASKED, STRIKES] = [0, 1, 2, 3]
const shared = new Int32Array(new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT))
const MILLISECONDS_TO_PARK = 5
let saying = false

function say(message) {
  park()
  saying = true
  try {
    const bytes = Buffer.from(JSON.stringify(message) + '\n')
    for (let written = 0; written < bytes.length; ) written += fs.writeSync(answers, bytes, written)
  } finally {
    saying = false
  }
  park()
}

/** Waits, where the code is about to be struck, until it is. That does not come back. */
function park() {
  for (let now; (now = Atomics.load(shared, STATE)) === STRIKING || now === STRUCK; ) Atomics.wait(shared, STATE, now, MILLISECONDS_TO_PARK)
}

// On the same way as results, so that everything comes in its order.
for (const name of ['stdout', 'stderr']) {
  const decoder = new StringDecoder('utf8')
  process[name].write = (chunk, encoding, callback) => {
    const text = typeof chunk === 'string' && !(typeof encoding === 'string' && /^(hex|base64|latin1|binary|ucs2|utf16le)/i.test(encoding))
      ? chunk
      : decoder.write(typeof chunk === 'string' ? Buffer.from(chunk, encoding) : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength))
    if (text) say({ kind: 'output', name, text })
    const done = typeof encoding === 'function' ? encoding : callback
    if (done) process.nextTick(done)
    return true
  }
}

function representations(value) {
  if (value !== null && typeof value === 'object' && typeof value[displaySymbol] === 'function') return value[displaySymbol]()
  return { 'text/plain': util.inspect(value) }
}

function show(value, main) {
  return Promise.resolve(representations(value)).then((data) => say({ kind: 'result', data, main }))
}

function fail(error) {
  const isError = util.types.isNativeError(error) || error instanceof Error
  say({
    kind: 'error',
    name: isError ? String(error.name) : typeof error,
    value: isError ? String(error.message) : util.inspect(error),
    traceback: isError ? withoutKernel(String(error.stack)) : '',
  })
}

function withoutKernel(stack) {
  return stack.split('\n').filter((line) => !/^\s+at .*(node:|node_kernel\.js|\(REPL)/.test(line) || /<cell>/.test(line)).join('\n')
}

// A real domain follows every promise, which takes time, and does not bear to be struck.
const noDomain = Object.assign(new EventEmitter(), { bind: (call) => call, add() {}, remove() {}, enter() {}, exit() {} })

// Node's own evaluation of a prompt: declarations stay, await works.
const server = repl.start({
  prompt: '',
  input: new PassThrough(),
  output: new Writable({ write: (chunk, encoding, done) => { process.stderr.write(chunk); done() } }),
  terminal: false,
  useColors: false,
  useGlobal: true,
  domain: noDomain,
})
server.context.display = (value) => show(value, false)

// import at the top of a file is no part of what a prompt takes. It becomes the expression that is.
const importLine = /(?<=^|;)([ \t]*)import\s+(?:([\w$]+)\s*(?:,\s*)?)?(?:\*\s*as\s+([\w$]+)\s*|\{([^}]*)\}\s*)?(?:from\s*)?(['"])([^'"\n]+)\5(?:\s*(?:with|assert)\s*(\{[^}]*\}))?[ \t]*;?/gm

function withoutImports(code) {
  return code.replace(importLine, (_, indent, byDefault, all, names, quote, from, attributes) => {
    const expression = `await import(${JSON.stringify(from)}${attributes ? `, { with: ${attributes} }` : ''})`
    if (!byDefault && all === undefined && names === undefined) return `${indent}${expression};`
    const parts = (names ?? '').split(',').map((name) => name.trim()).filter(Boolean).map((name) => name.replace(/\s+as\s+/, ': '))
    if (byDefault) parts.unshift(`default: ${byDefault}`)
    if (all === undefined) return `${indent}var { ${parts.join(', ')} } = ${expression};`
    return `${indent}var ${all} = ${expression};${byDefault ? ` var ${byDefault} = ${all}.default;` : ''}`
  })
}

let typescript

function withoutTypes(code) {
  if (typeof nodeModule.stripTypeScriptTypes === 'function') return nodeModule.stripTypeScriptTypes(code, { mode: 'transform' })
  typescript ??= findTypeScript()
  const { transpileModule, ScriptTarget, ModuleKind, versionMajorMinor } = typescript
  const keepImports = Number(versionMajorMinor.split('.')[0]) >= 5 ? { verbatimModuleSyntax: true } : { isolatedModules: true, preserveValueImports: true }
  const { outputText, diagnostics } = transpileModule(code, {
    reportDiagnostics: true,
    compilerOptions: { target: ScriptTarget.ES2022, module: ModuleKind.ESNext, ...keepImports },
  })
  const wrong = (diagnostics ?? []).filter((one) => one.category === 1)
  if (wrong.length > 0) throw new SyntaxError(wrong.map((one) => typescript.flattenDiagnosticMessageText(one.messageText, '\n')).join('\n'))
  return outputText.replace(/^export \{\};?\s*$/m, '')
}

function findTypeScript() {
  const places = ['typescript', '/usr/share/nodejs/typescript', '/usr/lib/node_modules/typescript', '/usr/local/lib/node_modules/typescript']
  for (const place of places) {
    try {
      return server.context.require(place)
    } catch (error) {
      if (error.code !== 'MODULE_NOT_FOUND') throw error
    }
  }
  const error = new Error(
    `TypeScript needs a Node.js that can strip types (22.13 or newer; here it is ${process.versions.node}) or the package typescript. Install it with: sudo apt-get install node-typescript`)
  error.name = 'LanguageNotAvailable'
  error.stack = ''
  throw error
}

let thrown = null

function onThrown(error) {
  if (thrown) thrown(error)
  else process.stderr.write(`Uncaught ${util.inspect(error)}\n`)
}
noDomain.removeAllListeners('error').on('error', onThrown)

function evaluate(code) {
  return new Promise((resolve, reject) => {
    thrown = reject
    server.eval(code + '\n', server.context, '<cell>', (error, value) => {
      if (error) reject(error instanceof repl.Recoverable ? error.err : error)
      else resolve({ value })
    })
  })
}

async function run({ code, typescript: typed }) {
  let text = typed ? withoutTypes(code) : code
  if (/(^|;)[ \t]*import\b(?!\s*\()/m.test(text)) text = withoutImports(text)
  const { value } = await evaluate(text).finally(() => { thrown = null })
  // The value of a promise is what it becomes.
  return util.types.isPromise(value) ? await value : value
}

// The run that is on, and the variables whose places those of this run alone have taken.
let current = 0
let before = {}

async function take({ hello, variables, ...code }) {
  if (hello) return answer()
  const own = ++current
  if (Atomics.compareExchange(shared, STATE, IDLE, RUNNING) !== IDLE) park()
  before = Object.fromEntries(Object.keys(variables).map((name) => [name, process.env[name]]))
  Object.assign(process.env, variables)
  let conclude = () => {}
  try {
    const value = await run(code)
    if (value !== undefined) conclude = () => show(value, true)
  } catch (error) {
    conclude = () => fail(error)
  }
  // What was interrupted may come to its end all the same, when another has its turn.
  if (own !== current) return
  try {
    await conclude()
  } catch (error) {
    fail(error)
  }
  if (own === current && Atomics.compareExchange(shared, STATE, RUNNING, ENDING) === RUNNING) end()
}

function end() {
  thrown = null
  for (const [name, value] of Object.entries(before)) {
    if (value === undefined) delete process.env[name]
    else process.env[name] = value
  }
  answer()
  Atomics.store(shared, STATE, IDLE)
}

function answer() {
  say({ kind: 'done' })
  Atomics.add(shared, ENDED, 1)
}

// Code that only waits is left alone, with nobody to wait for it. Code that keeps this thread busy is struck by ending its
// execution, which nothing can catch. Node.js counts on functions that return or throw, and would take that for a defect
// of its own: what it remembers of calls within calls is forgotten before, as it is after an error that nobody has
// caught. Nothing may run in between, and Node.js must not be about to remember the next one.
const remembering = /node:internal\/(async_hooks|process|promise|timers)/

Object.defineProperty(globalThis, Symbol.for('e2b.strike'), {
  value: (number, isPatient) => {
    const ready = !saying && !(isPatient && remembering.test(interruptedAt()))
    Atomics.store(shared, ASKED, ready ? number : -number)
    if (!ready) return
    // Not Atomics.wait: it may be one that was interrupted, and breaks when there is another within it.
    while (Atomics.load(shared, STRIKES) < number);
    process.binding('async_wrap').clearAsyncIdStack()
  },
})

/** The line of the stack that says where this thread was when it was asked. */
function interruptedAt() {
  const limit = Error.stackTraceLimit
  Error.stackTraceLimit = 10
  const lines = String(new Error().stack).split('\n').slice(1)
  Error.stackTraceLimit = limit
  return lines.find((line) => !line.includes(__filename) && !line.includes('<anonymous>:1:')) ?? ''
}

/** Ends the run here, whatever becomes of its code, if it is in a state. */
function interrupt(from) {
  if (Atomics.compareExchange(shared, STATE, from, ENDING) !== from) return
  current++
  fail(Object.assign(new Error('The execution was interrupted'), { name: 'Interrupted', stack: '' }))
  end()
}

// Interrupts come another way. The signal is for programs that the code has started.
process.on('SIGINT', () => {})
process.on('uncaughtException', onThrown)
process.on('unhandledRejection', (error) => process.stderr.write(`Uncaught (in promise) ${util.inspect(error)}\n`))

// What comes there is none of the code's business.
Object.defineProperty(process, 'stdin', { value: Readable.from([]), configurable: true })

new Worker(path.join(__dirname, 'node_orders.js'), {
  workerData: { STATE, ENDED, ASKED, STRIKES, IDLE, RUNNING, STRIKING, STRUCK, shared },
}).on('message', ({ order, interrupted, struck, end: isEnd }) => {
  if (order) take(order)
  else if (interrupted > Atomics.load(shared, ENDED)) interrupt(RUNNING)
  else if (struck) interrupt(STRUCK)
  else if (isEnd) process.exit()
})
