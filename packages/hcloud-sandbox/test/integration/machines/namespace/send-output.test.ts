import { spawn } from 'node:child_process'
import { once } from 'node:events'
import ssh2, { type ServerChannel } from 'ssh2'
import { expect, test } from 'vitest'
import { sendOutput } from '../../../../src/machines/namespace/send-output.ts'
import { loggedIn } from './logged-in.ts'

async function serve(channel: ServerChannel, command: string): Promise<void> {
  const child = spawn('sh', ['-c', command])
  await sendOutput(child, channel)
  channel.exit(0)
  channel.end()
}

/** An SSH server that lets everyone in and runs their commands. */
async function serveSsh() {
  const { private: hostKey } = ssh2.utils.generateKeyPairSync('ed25519')
  const server = new ssh2.Server({ hostKeys: [hostKey] }, (connection) => {
    connection.on('authentication', (context) => context.accept())
    connection.on('session', (acceptSession) => {
      acceptSession().on('exec', (acceptExec, _, { command }) => void serve(acceptExec(), command))
    })
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new TypeError('no port')
  return {
    target: { host: '127.0.0.1', port: address.port },
    [Symbol.asyncDispose]: async () => {
      const closed = once(server, 'close')
      server.close()
      await closed
    },
  }
}

/** Much more than the window that both outputs share. */
const MUCH = 8 * 1024 * 1024

test.each([
  ['first one, then the other', `head -c ${MUCH} /dev/zero; head -c ${MUCH} /dev/zero >&2`],
  ['both at once', `head -c ${MUCH} /dev/zero & head -c ${MUCH} /dev/zero >&2; wait`],
  ['in turns', `for i in 1 2 3 4; do head -c ${MUCH / 4} /dev/zero; head -c ${MUCH / 4} /dev/zero >&2; done`],
])('two outputs that fill the window, %s, arrive whole and once', async (_, command) => {
  await using server = await serveSsh()
  await using client = await loggedIn(server.target)
  expect(await client.count(command)).toEqual({ stdout: MUCH, stderr: MUCH })
})
