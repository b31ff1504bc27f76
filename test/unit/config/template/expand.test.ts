import { expect, it } from 'vitest'
import { loadConfiguration } from '../../../../src/config/load.ts'
import { formatOrigin } from '../../../../src/errors.ts'
import { catchProblems, createDirectory } from '../fixture.ts'

const SOURCE = `source "hcloud" "talos" {
  server_type = "cx23"
  location = "fsn1"
}
`

it.each<[string, string[]]>([
  [
    'dynamic "provisioner" {\n labels = ["shell"]\n content {}\n }',
    ['7:2: a dynamic block needs a type, for_each and content'],
  ],
  [
    'dynamic "provisioner" {\n for_each = 5\n content {}\n }',
    ['8:13: a list or an object is needed here, not a number'],
  ],
  [
    'dynamic "provisioner" {\n for_each = ["a"]\n labels = ["shell"]\n content {\n inline = [provisioner.valeu]\n }\n }',
    ['11:12: there is no "valeu" in this object'],
  ],
  [
    'provisioner "shell" {\n inline = []\n override = { talos = "a" }\n }',
    ['9:13: an override is an object of objects'],
  ],
  [
    `provisioner "shell" {\n inline = ["curl http://\${build.Host}/v1.2.3.raw | dd of=/dev/sda"]\n }`,
    ['8:13: which image is written depends on what is known only once there is a server'],
  ],
  [
    `provisioner "shell" {\n inline = ["echo \${build.Hots}", "curl http://x/v1.2.3.raw | dd of=/dev/sda"]\n }`,
    ['8:20: "build.Hots" has no value here'],
  ],
  [
    'provisioner "shell" {\n inline = ["echo {{user `a`}}", "curl http://x/v1.2.3.raw | dd of=/dev/sda"]\n }',
    ['8:11: "inline": {{user `a`}} has no value here'],
  ],
])('%s', async (text, problems) => {
  await using directory = await createDirectory({
    't.pkr.hcl': `${SOURCE}build {\n sources = ["source.hcloud.talos"]\n ${text}\n}\n`,
  })
  const { path } = directory
  const found = await catchProblems(loadConfiguration({ directory: path, varFiles: [], vars: [], env: {}, cwd: path }))
  expect(found.map(({ at, message }) => `${formatOrigin(at).replace('t.pkr.hcl:', '')}: ${message}`)).toEqual(problems)
})
