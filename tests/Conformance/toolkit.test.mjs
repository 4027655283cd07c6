// docs/toolkit.md has a row for each public method of the official packages and each command of the official CLI.
// What the rows say is run by tests/Pester/Toolkit.Tests.ps1.
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { after, before, describe, it } from 'node:test'
import { promisify } from 'node:util'
import { publicMembers } from './members.mjs'

const program = fileURLToPath(new URL('node_modules/@e2b/cli/dist/index.js', import.meta.url))
const page = readFileSync(fileURLToPath(new URL('../../docs/toolkit.md', import.meta.url)), 'utf8')

/** The methods of the toolkit as its documentation lists them, constructors with the parameters that mean something. */
const TOOLKIT = [
  'SandboxManager(api_key)', 'SandboxManager(default_timeout, default_options)', 'SandboxManager.create', 'SandboxManager.connect', 'SandboxManager.shutdown',
  'E2BToolkit(sandbox_manager)', 'E2BToolkit(auto_create_default)', 'E2BToolkit(global_workers)',
  'run_python_code', 'run_python_code_background', 'run_in_all_sandboxes', 'run_command', 'run_command(background=True)', 'run_command_background',
  'upload_file', 'download_file_from_sandbox', 'download_png_result', 'download_chart_data', 'download_chart_data(add_as_artifact)', 'get_public_url', 'run_server',
  ...['running', 'done', 'error', 'cancelled', 'not_found'].map((status) => `get_job_status: ${status}`), 'kill_job',
  'create_sandbox', 'create_sandbox(set_as_default)', 'list_managed_sandboxes', 'shutdown_sandbox', 'shutdown_sandbox(None)', 'shutdown_all_sandboxes',
]

/** Names of the rows: the code in the first cell of each row that has three. */
function rows() {
  const names = []
  for (const line of page.split('\n')) {
    const cells = line.replace(/^\| | ?\|$/g, '').split(/(?<!\\)\|/)
    if (line.startsWith('| `') && cells.length === 3) names.push(...[...cells[0].matchAll(/`([^`]+)`/g)].map((match) => match[1]))
  }
  return names
}

describe('docs/toolkit.md', () => {
  let home, commands
  before(async () => {
    home = mkdtempSync(join(tmpdir(), 'e2b-toolkit-'))
    const env = { PATH: process.env.PATH, HOME: home, NO_UPDATE_NOTIFIER: '1', COLUMNS: '200' }

    /** All commands below one, as its --help lists them. */
    async function below(path) {
      const { stdout } = await promisify(execFile)(process.execPath, [program, ...path, '--help'], { env })
      const listed = /^Commands:\n([^]*)/m.exec(stdout)?.[1]
      if (!listed) return [path.join(' ')]
      const names = [...listed.matchAll(/^ {2}([a-z][a-z-]*)/gm)].map((match) => match[1]).filter((name) => name !== 'help')
      const deeper = []
      for (const name of names) deeper.push(...(await below([...path, name])))
      return deeper
    }
    commands = await below([])
  })
  after(() => rmSync(home, { recursive: true }))

  it('has all methods of the toolkit, of the SDKs and all commands of the CLI', () => {
    assert.ok(publicMembers().length > 90)
    assert.ok(commands.length > 20 && commands.includes('sandbox snapshot create') && commands.includes('auth login'), commands.join(', '))
    const wanted = [...TOOLKIT, ...publicMembers(), ...commands.map((command) => `e2b ${command}`)]
    const there = rows()
    assert.deepEqual(wanted.filter((name) => !there.includes(name)), [], 'these have no row')
  })

  it('has no method and no command that is none', () => {
    const known = [...TOOLKIT, ...publicMembers(), ...commands.map((command) => `e2b ${command}`)]
    const python = /### What only Python has\n([^]*?)\n## /.exec(page)[1]
    const unknown = rows().filter((name) => !known.includes(name) && !python.includes(`\`${name}\``))
    assert.deepEqual(unknown, ['e2b help'], 'these are rows of nothing that is there')
  })
})
