// The public members of the official packages' classes, read from their type declarations.
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'

/** The classes that work on sandboxes and templates, by package. Clients and errors are no part of it. */
const CLASSES = {
  e2b: ['Sandbox', 'SandboxApi', 'Filesystem', 'Commands', 'CommandHandle', 'WatchHandle', 'Pty', 'Git', 'Volume', 'Paginator', 'SandboxPaginator', 'SnapshotPaginator', 'TemplateBase'],
  '@e2b/code-interpreter': ['Sandbox'],
}

const declarations = (name) => readFileSync(fileURLToPath(new URL(`node_modules/${name}/dist/index.d.ts`, import.meta.url)), 'utf8')

/** All of them as `Class.method`, static ones as `Class::method`. */
export function publicMembers() {
  const found = []
  for (const [name, classes] of Object.entries(CLASSES)) {
    const text = declarations(name)
    for (const one of classes) {
      const body = new RegExp(`^(?:export )?declare (?:abstract )?class ${one}\\b[^]*?^}`, 'm').exec(text)
      if (!body) throw new Error(`${name} has no class ${one} any more`)
      const prefix = name === 'e2b' ? one : `CodeInterpreter${one}`
      for (const line of body[0].split('\n')) {
        const member = /^ {2,4}(static )?(?:abstract |async |get )*([a-zA-Z][a-zA-Z]*)[<(]/.exec(line)
        if (member && member[2] !== 'constructor') found.push(`${prefix}${member[1] ? '::' : '.'}${member[2]}`)
      }
    }
  }
  return [...new Set(found)].sort()
}
