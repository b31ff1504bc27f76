/** `NO_PROXY`: the hosts that are reached without a proxy. */

import { BlockList, isIP } from 'node:net'
import { toGlob } from './glob.ts'

/** The entries of `NO_PROXY`, which commas or spaces separate. */
const entriesOf = (except: string): string[] => except.split(/[,\s]+/).filter((entry) => entry !== '')

/**
 * Whether `NO_PROXY` names the host of an address: a name with all below it, with or without a dot in front; a pattern with
 * `*`; an IP address; a range such as `10.0.0.0/8`. Each may have a port.
 */
export function isExcepted(except: string, { hostname, port, protocol }: URL): boolean {
  const host = hostname.replace(/^\[(.*)\]$/, '$1').replace(/\.$/, '')
  const actualPort = port === '' ? (protocol === 'https:' ? '443' : '80') : port
  return entriesOf(except).some((entry) => {
    const { name, port: wanted } = readEntry(entry)
    if (name === '' || (wanted !== undefined && wanted !== actualPort)) return false
    if (name.includes('/')) return isInRange(name, host)
    if (name.includes('*')) return toGlob(name).test(host)
    if (isIP(name) !== 0) return isInRange(`${name}/${isIP(name) === 4 ? 32 : 128}`, host)
    return host === name || host.endsWith(`.${name}`)
  })
}

/** The entries that look like ranges and are not. */
export function findWrongRanges(except: string): string[] {
  return entriesOf(except).filter((entry) => {
    const { name } = readEntry(entry)
    return name.includes('/') && toRange(name) === undefined
  })
}

function readEntry(entry: string): { readonly name: string; readonly port: string | undefined } {
  const [, bracketed, plain, port] = /^(?:\[([^\]]*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(entry) ?? []
  const name = (bracketed ?? plain ?? '').toLowerCase().replace(/^\*?\./, '')
  return { name: name.replace(/\.$/, ''), port }
}

function isInRange(range: string, host: string): boolean {
  const family = isIP(host)
  return family !== 0 && toRange(range)?.check(host, family === 4 ? 'ipv4' : 'ipv6') === true
}

function toRange(text: string): BlockList | undefined {
  const [, network = '', digits = ''] = /^(.*)\/(\d{1,3})$/.exec(text) ?? []
  const family = isIP(network)
  if (family === 0 || Number(digits) > (family === 4 ? 32 : 128)) return undefined
  const range = new BlockList()
  range.addSubnet(network, Number(digits), family === 4 ? 'ipv4' : 'ipv6')
  return range
}
