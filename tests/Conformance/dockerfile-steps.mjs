// Asks the official client what it makes of Dockerfiles: a list of texts comes in as JSON, a list of definitions goes out.
// Used by tests/E2B.Core.Tests/Templates.
import { text } from 'node:stream/consumers'
import { Template } from 'e2b'

const answers = []
for (const dockerfile of JSON.parse(await text(process.stdin))) {
  answers.push(JSON.parse(await Template.toJSON(Template().fromDockerfile(dockerfile), false)))
}

console.log(JSON.stringify(answers))
