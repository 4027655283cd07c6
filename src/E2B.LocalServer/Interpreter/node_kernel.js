'use strict'
// The JavaScript kernel: takes lines of JSON from stdin, runs the code in them one after the other in the same
// global scope, and says on a descriptor of its own what happens.

const fs = require('node:fs')
const nodeModule = require('node:module')
const readline = require('node:readline')
const repl = require('node:repl')
const util = require('node:util')
const vm = require('node:vm')
const { PassThrough, Writable } = require('node:stream')
const { StringDecoder } = require('node:string_decoder')

const answers = Number(process.argv[2])
const displaySymbol = Symbol.for('Jupyter.display')
process.argv.splice(1)

let interrupted = () => {}

function say(message) {
  const bytes = Buffer.from(JSON.stringify(message) + '\n')
  for (let written = 0; written < bytes.length; ) written += fs.writeSync(answers, bytes, written)
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

// Node's own evaluation of a prompt: declarations stay, await works.
const server = repl.start({
  prompt: '',
  input: new PassThrough(),
  output: new Writable({ write: (chunk, encoding, done) => { process.stderr.write(chunk); done() } }),
  terminal: false,
  useColors: false,
  useGlobal: true,
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

// A prompt's own way to be interrupted does not go together with listeners to the signal; a script around it does.
let step = null
const interruptible = new vm.Script("globalThis[Symbol.for('e2b.step')]()")
Object.defineProperty(globalThis, Symbol.for('e2b.step'), { value: () => step() })

// A prompt hands what is thrown to its domain, and would print it there.
function onThrown(error) {
  if (thrown) thrown(error)
  else process.stderr.write(`Uncaught ${util.inspect(error)}\n`)
}
server._domain?.removeAllListeners('error').on('error', onThrown)

function evaluate(code) {
  return new Promise((resolve, reject) => {
    thrown = reject
    step = () => {
      server.eval(code + '\n', server.context, '<cell>', (error, value) => {
        if (error) reject(error instanceof repl.Recoverable ? error.err : error)
        else resolve({ value })
      })
      say({ kind: 'waiting' })
    }
    try {
      interruptible.runInThisContext({ breakOnSigint: true, displayErrors: false })
    } catch (error) {
      // What was cut off had no chance to leave its domain.
      while (process.domain) process.domain.exit()
      reject(error)
    }
  })
}

async function run({ code, typescript: typed }) {
  let text = typed ? withoutTypes(code) : code
  if (/(^|;)[ \t]*import\b(?!\s*\()/m.test(text)) text = withoutImports(text)
  const { value } = await evaluate(text).finally(() => { thrown = null })
  // The value of a promise is what it becomes.
  return util.types.isPromise(value) ? await value : value
}

async function take(message) {
  if (message.hello) return say({ kind: 'done' })
  const before = Object.fromEntries(Object.keys(message.variables).map((name) => [name, process.env[name]]))
  Object.assign(process.env, message.variables)
  const interruption = new Promise((_, reject) => {
    interrupted = () => {
      const error = new Error('The execution was interrupted')
      error.name = 'Interrupted'
      error.stack = ''
      reject(error)
    }
  })
  interruption.catch(() => {})
  try {
    const value = await Promise.race([run(message), interruption])
    if (value !== undefined) await show(value, true)
  } catch (error) {
    fail(error?.code === 'ERR_SCRIPT_EXECUTION_INTERRUPTED' ? Object.assign(new Error('The execution was interrupted'), { name: 'Interrupted', stack: '' }) : error)
  } finally {
    interrupted = () => {}
    for (const [name, value] of Object.entries(before)) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
    say({ kind: 'done' })
  }
}

process.on('SIGINT', () => interrupted())
process.on('uncaughtException', onThrown)
process.on('unhandledRejection', (error) => process.stderr.write(`Uncaught (in promise) ${util.inspect(error)}\n`))

let turn = Promise.resolve()
readline.createInterface({ input: process.stdin, crlfDelay: Infinity })
  .on('line', (line) => {
    const message = JSON.parse(line)
    if (message.interrupt) interrupted()
    else turn = turn.then(() => take(message))
  })
  .on('close', () => process.exit())
