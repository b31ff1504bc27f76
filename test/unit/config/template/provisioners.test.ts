/** Provisioners as people write them: what they come to, or what is said of them and where. */

import { relative } from 'node:path'
import { expect, test } from 'vitest'
import { loadConfiguration } from '../../../../src/config/load.ts'
import { evaluateTemplate } from '../../../../src/config/template/evaluate-template.ts'
import { nameOfDisk } from '../../../../src/config/template/images.ts'
import { formatOrigin, type Problem, ProblemsError } from '../../../../src/errors.ts'
import { createDirectory } from '../fixture.ts'

const URL = 'https://example.com/v1.11.5/hcloud-amd64.raw.xz'
const GET = `"wget -O /tmp/a.raw.xz ${URL}"`
const WRITE = '"xz -dc /tmp/a.raw.xz | dd of=/dev/sda"'

/** A template whose provisioners begin on its second line. */
const toTemplate = (provisioners: string): string => `build {
${provisioners}
  sources = ["source.hcloud.talos"]
}
source "hcloud" "talos" {
  server_type   = "cx23"
  location      = "fsn1"
  snapshot_name = "Talos"
}
`

const SHELL = (...lines: readonly string[]): string =>
  `provisioner "shell" {\n  inline = [\n${lines.map((line) => `    ${line},\n`).join('')}  ]\n}`

/** What is written, with its pinned sum; or what is wrong: places are relative. */
async function read(provisioners: string, files: Readonly<Record<string, string>> = {}): Promise<string[]> {
  await using directory = await createDirectory({ 't.pkr.hcl': toTemplate(provisioners), ...files })
  const { path } = directory
  const show = ({ at, message, hint = '' }: Problem): string =>
    `${formatOrigin(at)}: ${message.replaceAll(`${path}/`, '')}${/let Packer/.test(hint) ? '' : ` (${hint})`}`
  try {
    const { template } = await loadConfiguration({ directory: path, varFiles: [], vars: [], env: {}, cwd: path })
    if (template === undefined) throw new Error('there is no template')
    const { images, warnings } = evaluateTemplate(template)
    const written = images.map((image) =>
      [nameOfDisk(image).replace(`${path}/`, ''), image.sha256?.value ?? []].flat().join(' '),
    )
    return [...written, ...warnings.map(show)]
  } catch (error) {
    if (error instanceof ProblemsError) return error.problems.map(show)
    throw error
  }
}

test.each<[string, string, Record<string, string>]>([
  ['lines that belong together', SHELL('"if true; then"', `  ${GET}`, '"fi"', WRITE), {}],
  [
    'a script',
    `provisioner "shell" {\n script = "get.sh"\n}\n${SHELL(WRITE)}`,
    { 'get.sh': `#!/bin/bash\nwget -O /tmp/a.raw.xz ${URL}` },
  ],
  [
    'scripts, with variables',
    `provisioner "shell" {\n scripts = ["\${path.root}/get.sh", "write.sh"]\n env = { A = "${URL}" }\n}`,
    { 'get.sh': 'wget -O /tmp/a "$A"', 'write.sh': 'xz -dc /tmp/a > /dev/sda' },
  ],
  [
    'how it is run',
    `provisioner "shell" {\n execute_command = "{{ .Vars }} sudo -E bash -eux '{{ .Path }}'"\n inline = [${GET}, ${WRITE}]\n}`,
    {},
  ],
  [
    'another way to run it',
    `provisioner "shell" {\n execute_command = "echo 'packer' | sudo -S env {{ .Vars }} {{ .Path }}"\n inline_shebang = "/bin/bash -ex"\n inline = [${GET}, ${WRITE}]\n}`,
    {},
  ],
  [
    'what is only there for the run',
    `provisioner "shell" {\n pause_before = "5s"\n max_retries = 3\n timeout = "5m"\n expect_disconnect = true\n skip_clean = true\n valid_exit_codes = [0]\n inline = [${GET}, ${WRITE}]\n}\nprovisioner "sleep" {\n duration = "5s"\n}\nprovisioner "breakpoint" {}`,
    {},
  ],
  [
    'only and except',
    `provisioner "shell" {\n only = ["hcloud.other"]\n inline = ["reboot"]\n}\nprovisioner "shell" {\n except = ["hcloud.talos"]\n inline = ["reboot"]\n}\n${SHELL(GET, WRITE)}`,
    {},
  ],
  [
    'a script that is uploaded and run',
    `provisioner "file" {\n source = "scripts/"\n destination = "/tmp/scripts"\n}\n${SHELL('"chmod +x /tmp/scripts/*.sh"', '"/tmp/scripts/in/get.sh"', WRITE)}`,
    { 'scripts/in/get.sh': `wget -O /tmp/a.raw.xz ${URL}` },
  ],
  [
    'a script in a text',
    `provisioner "file" {\n content = "wget -O /tmp/a.raw.xz $1"\n destination = "/tmp/get"\n}\n${SHELL(`"bash /tmp/get ${URL}"`, WRITE)}`,
    {},
  ],
  [
    'variables that the command does not pass on',
    `provisioner "shell" {\n execute_command = "sh {{ .Path }}"\n env = { URL = "https://example.com/v1.0.0/other.raw.xz" }\n inline = ["curl $\${URL:-${URL}} | xz -d | dd of=/dev/sda"]\n}`,
    {},
  ],
  [
    'a shell that ends at a failure',
    `provisioner "shell" {\n execute_command = "bash -o errexit {{ .Path }}"\n inline_shebang = "/bin/bash"\n inline = [${GET}, "if false; then true; fi", ${WRITE}]\n}`,
    {},
  ],
  ['the name of the source', SHELL('"[ \\"$PACKER_BUILD_NAME\\" = talos ] || exit 1"', GET, WRITE), {}],
  [
    'a heredoc',
    `provisioner "shell" {\n inline = [<<-EOT\n  set -e\n  wget -O /tmp/a.raw.xz ${URL}\n  EOT\n , ${WRITE}]\n}`,
    {},
  ],
])('%s', async (_, provisioners, files) => {
  expect(await read(provisioners, files)).toEqual([URL])
})

test.each<[string, string, string, Record<string, string>]>([
  ['an image', '"disk.raw.xz"', '"/tmp/a.raw.xz"', { 'disk.raw.xz': '' }],
  ['an image into a folder', '"disk.raw.xz"', '"/tmp/"', { 'disk.raw.xz': '' }],
  ['an image straight onto the disk', '"disk.raw.xz"', '"/dev/sda"', { 'disk.raw.xz': '' }],
  ['one that is not there yet', '"disk.raw.xz"', '"/tmp/a.raw.xz"', {}],
])('uploads %s', async (_, source, destination, files) => {
  const target = destination.endsWith('/"') ? '"xz -dc /tmp/disk.raw.xz | dd of=/dev/sda"' : WRITE
  const upload = `provisioner "file" {\n source = ${source}\n destination = ${destination}\n}`
  const all = destination === '"/dev/sda"' ? upload : `${upload}\n${SHELL(target)}`
  expect(await read(all, files)).toEqual(['disk.raw.xz'])
})

test('a relative path starts from the working directory, else from the template', async () => {
  const upload = 'provisioner "file" {\n source = "disk"\n destination = "/dev/sda"\n}'
  await using directory = await createDirectory({ 'in/t.pkr.hcl': toTemplate(upload), 'in/disk': '' })
  const diskOf = async (cwd: string): Promise<string[]> => {
    const sources = { directory: `${directory.path}/in`, varFiles: [], vars: [], env: {}, cwd }
    const { template } = await loadConfiguration(sources)
    return template === undefined
      ? []
      : evaluateTemplate(template).images.map((image) => relative(directory.path, nameOfDisk(image)))
  }
  expect(await diskOf(directory.path)).toEqual(['in/disk'])
  expect(await diskOf(`${directory.path}/in`)).toEqual(['in/disk'])
  await using other = await createDirectory({ disk: '' })
  expect(await diskOf(other.path)).toEqual([relative(directory.path, `${other.path}/disk`)])
})

test.each<[string, string, string[], Record<string, string>]>([
  [
    'what is not known, once for each provisioner',
    `${SHELL('"reboot"', '"growpart /dev/sda 1; mount /dev/sda1 /mnt"')}\n${SHELL('"kexec"')}`,
    [
      't.pkr.hcl:4:6: unsupported command: "reboot" (and 2 more in this provisioner)',
      't.pkr.hcl:10:6: unsupported command: "kexec"',
    ],
    {},
  ],
  [
    'a place in a script',
    'provisioner "shell" {\n script = "a.sh"\n}',
    ['a.sh:3:3: unsupported command: "reboot"'],
    { 'a.sh': '#!/bin/sh\r\nif true; then\r\n  reboot\r\nfi\r\n' },
  ],
  [
    'a script that is not there',
    'provisioner "shell" {\n script = "a.sh"\n}',
    [`t.pkr.hcl:3:11: a.sh does not exist (write "\${path.root}/NAME" for a file beside the template)`],
    {},
  ],
  [
    'a script in another language',
    'provisioner "shell" {\n script = "a.py"\n}',
    ['t.pkr.hcl:2:1: unsupported command: a script for python3'],
    { 'a.py': '#!/usr/bin/env python3\nprint(1)\n' },
  ],
  [
    'a program as a script',
    'provisioner "shell" {\n script = "a"\n}',
    ['t.pkr.hcl:3:11: a is no script'],
    { a: '\0ELF' },
  ],
  [
    'inline in another language',
    `provisioner "shell" {\n inline_shebang = "/usr/bin/perl"\n inline = ["print 1"]\n}`,
    ['t.pkr.hcl:2:1: unsupported command: a script for perl'],
    {},
  ],
  [
    'a command that runs something else',
    `provisioner "shell" {\n execute_command = "/opt/run {{ .Path }}"\n inline = [${GET}, ${WRITE}]\n}`,
    ['t.pkr.hcl:3:2: unsupported command: "/opt/run /tmp/script_packer.sh"'],
    {},
  ],
  [
    'a command that runs nothing',
    `provisioner "shell" {\n execute_command = "true"\n inline = [${GET}, ${WRITE}]\n}`,
    ['t.pkr.hcl:3:2: execute_command runs the script in a way that is not supported: "true"'],
    {},
  ],
  [
    'a download',
    `provisioner "file" {\n direction = "download"\n source = "/tmp/a"\n destination = "a"\n}`,
    ['t.pkr.hcl:3:14: direction = "download" is not supported: nothing is fetched from a build server'],
    {},
  ],
  [
    'another provisioner',
    'provisioner "ansible" {}',
    ['t.pkr.hcl:2:1: the provisioner "ansible" is not supported'],
    {},
  ],
  [
    'a variable without a value',
    `provisioner "shell" {\n environment_vars = ["A"]\n inline = [${GET}, ${WRITE}]\n}`,
    ['t.pkr.hcl:3:23: "A" sets no variable (write "NAME=value")'],
    {},
  ],
  [
    'another setting',
    `provisioner "shell" {\n inlin = []\n}`,
    ['t.pkr.hcl:3:2: "inlin" of the provisioner "shell" is not supported (did you mean "inline" or "inline_shebang"?)'],
    {},
  ],
  [
    'commands in the place of a path',
    `provisioner "shell" {\n script = <<-EOT\n  ${'wget '.repeat(1000)}\n EOT\n}`,
    [`t.pkr.hcl:4:3: ${'wget '.repeat(20)}... cannot be read: its name is too long`],
    {},
  ],
  [
    'a path below a file',
    `provisioner "file" {\n source = "a.sh/x"\n destination = "/tmp/x"\n}\nprovisioner "shell" {\n script = "a.sh/x"\n}`,
    [`t.pkr.hcl:7:11: a.sh/x does not exist (write "\${path.root}/NAME" for a file beside the template)`],
    { 'a.sh': '' },
  ],
  [
    'a path that cannot be one',
    `provisioner "file" {\n source = "a\\u0000b"\n destination = "/tmp/x"\n}`,
    ['t.pkr.hcl:3:12: a\0b cannot be read: no file has such a name'],
    {},
  ],
  [
    'a replacement in the first of several lines',
    SHELL(`"U=$(printf 'a\\\\nb' | sed s/a/b/)"`, '"curl https://example.com/$U | dd of=/dev/sda"'),
    ['t.pkr.hcl:4:6: unsupported command: sed without "g" on several lines'],
    {},
  ],
  [
    'a version that is looked up',
    SHELL(
      '"V=$(curl -s https://api.github.com/repos/siderolabs/talos/releases/latest | jq -r .tag_name)"',
      '"wget -O /tmp/a.raw.xz https://example.com/$V/hcloud-amd64.raw.xz"',
      WRITE,
    ),
    [
      't.pkr.hcl:4:6: unsupported command: what is in https://api.github.com/repos/siderolabs/talos/releases/latest (take the version from a variable talos_version: "latest" is looked up)',
    ],
    {},
  ],
  [
    'a shell text with a mistake',
    SHELL('"if true; then"', GET),
    [`t.pkr.hcl:5:6: unsupported command: it cannot be read: expected 'fi' to close 'if'`],
    {},
  ],
  ['no image', SHELL('"sync"'), ['t.pkr.hcl:1:1: nothing in this build writes an image onto /dev/sda'], {}],
  [
    'two images',
    `${SHELL(GET, WRITE)}\n${SHELL('"curl https://example.com/b | dd of=/dev/sda"')}`,
    ['t.pkr.hcl:1:1: this build writes 2 images, one over the other'],
    {},
  ],
  [
    'what depends on the machine',
    SHELL('"grep -q a /proc/cpuinfo && U=https://example.com/b"', `"curl $\${U:-${URL}} | xz -d | dd of=/dev/sda"`),
    ['t.pkr.hcl:4:6: which image is written depends on this: "grep -q a /proc/cpuinfo"'],
    {},
  ],
])('says: %s', async (_, provisioners, said, files) => {
  expect(await read(provisioners, files)).toEqual(said)
})

test('a sum that is checked is pinned, and one that is not known is a warning', async () => {
  const sum = 'ab'.repeat(32)
  expect(await read(SHELL(GET, `"echo '${sum}  /tmp/a.raw.xz' | sha256sum -c"`, WRITE))).toEqual([`${URL} ${sum}`])
  expect(await read(SHELL(GET, `"wget -O /tmp/sum ${URL}.sha256; sha256sum -c /tmp/sum"`, WRITE))).toEqual([
    URL,
    't.pkr.hcl:5:6: the download is not checked here as the commands do it: only they know the sum (give the sum with --sha256, then it is checked before the snapshot is taken)',
  ])
})
