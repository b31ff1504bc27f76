import { spawn } from 'node:child_process'
import type { ServerChannel } from 'ssh2'
import { expect, test } from 'vitest'
import { loggedIn } from '../../../../../../test/integration/remote/logged-in.ts'
import { serveSsh } from '../../../../../../test/integration/remote/ssh-server.ts'
import { sendOutput } from '../../../../src/machines/namespace/send-output.ts'

async function serve(channel: ServerChannel, command: string): Promise<void> {
  const child = spawn('sh', ['-c', command])
  await sendOutput(child, channel)
  channel.exit(0)
  channel.end()
}

/** Much more than the window that both outputs share. */
const MUCH = 8 * 1024 * 1024

test.each([
  ['first one, then the other', `head -c ${MUCH} /dev/zero; head -c ${MUCH} /dev/zero >&2`],
  ['both at once', `head -c ${MUCH} /dev/zero & head -c ${MUCH} /dev/zero >&2; wait`],
  ['in turns', `for i in 1 2 3 4; do head -c ${MUCH / 4} /dev/zero; head -c ${MUCH / 4} /dev/zero >&2; done`],
])('two outputs that fill the window, %s, arrive whole and once', async (_, command) => {
  await using server = await serveSsh((channel, text) => void serve(channel, text))
  await using client = await loggedIn(server)
  expect(await client.count(command)).toEqual({ stdout: MUCH, stderr: MUCH })
})
