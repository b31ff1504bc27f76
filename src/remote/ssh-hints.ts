/** What to do when SSH does not come up, by how it failed and by the address that was tried. */

import type { SshOver } from '../domain.ts'

/** Why a try failed. */
export type SshFailure = 'refused' | 'timed out' | 'silent' | 'denied' | 'no route' | 'broken off' | 'another host key'

/** How an address is called in messages. */
export const SSH_OVER: Record<SshOver, string> = {
  ipv4: 'IPv4',
  ipv6: 'IPv6',
  private: 'the private network',
}

const HINTS: Record<Exclude<SshFailure, 'timed out' | 'no route'>, string> = {
  refused: 'nothing listens on that port: the machine is off or still booting, or the port is another one (--ssh-port)',
  silent: 'something took the connection and said nothing: the machine hangs, or a firewall or proxy answered for it',
  denied:
    'an SSH server answered but did not take the key: the machine may have booted its disk, not the rescue system',
  'another host key':
    'the host key was another one before: more than one machine answers at that address, or something on the way does',
  'broken off': 'something answers on that port that does not speak SSH to the end',
}

const NO_ANSWER: Record<SshOver, string> = {
  ipv4: 'a firewall on the way may drop the packets: allow outgoing SSH from here, and incoming SSH to the build server',
  ipv6: 'a firewall on the way may drop the packets: allow outgoing SSH from here, and incoming SSH over IPv6 to the build server (a rule with the source ::/0, or yours); --ssh-over names another address',
  private:
    'is this computer in that network, or is there a route to it? run this on a server inside, or let SSH go over a public address (--ssh-over)',
}

const NO_ROUTE: Record<SshOver, string> = {
  ipv4: 'there is no way from here to the server: is IPv4 available on this computer? Build servers can have IPv6 (--ssh-over ipv6)',
  ipv6: 'there is no way from here to the server: is IPv6 available on this computer? Build servers can have IPv4 (--ip-family any)',
  private: 'there is no way from here to the server: is this computer in that network, or is there a route to it?',
}

/** Source: terraform-provider-hcloud #611, packer-plugin-hcloud #188. */
const OTHER_IPV6 =
  "rescue systems were also seen at another address of the server's IPv6 network than its first: let the server have IPv4 (--ip-family any)"

/** In words; SSH goes over IPv4 unless told. */
export function sshHint(failure: SshFailure, over: SshOver = 'ipv4'): string {
  const hint = failure === 'timed out' ? NO_ANSWER[over] : failure === 'no route' ? NO_ROUTE[over] : HINTS[failure]
  const isElsewhere = over === 'ipv6' && (failure === 'timed out' || failure === 'refused')
  return isElsewhere ? `${hint}; ${OTHER_IPV6}` : hint
}
