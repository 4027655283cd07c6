// Asks the official client for the hashes of copy steps: a list of them comes in as JSON, a list of hashes or errors goes out.
// Used by tests/E2B.Core.Tests/Templates.
import { text } from 'node:stream/consumers'
import { Template } from 'e2b'

const answers = []
for (const { context, ignore, source, destination, resolve } of JSON.parse(await text(process.stdin))) {
  try {
    const template = Template({ fileContextPath: context, fileIgnorePatterns: ignore })
      .fromImage('none')
      .copy(source, destination, { resolveSymlinks: resolve })
    answers.push({ hash: JSON.parse(await Template.toJSON(template)).steps[0].filesHash })
  } catch (error) {
    answers.push({ error: error.message })
  }
}

console.log(JSON.stringify(answers))
