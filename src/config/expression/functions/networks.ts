/** Functions on blocks of addresses, such as `10.0.0.0/8`. */

import { isIPv4, isIPv6 } from 'node:net'
import { toStringValue, type Value } from '../../value.ts'
import { type Arguments, type FunctionEntry, MANY, takes } from './arguments.ts'

/** Addresses as numbers; those of IPv4 have 32 bits. */
interface Block {
  readonly address: bigint
  readonly length: number
  readonly bits: 32 | 128
}

export const NETWORK_FUNCTIONS: Readonly<Record<string, FunctionEntry>> = {
  cidrhost: takes(2, 2, (args) => {
    const block = parseBlock(args, 0)
    const number = BigInt(args.whole(1))
    const size = 1n << BigInt(block.bits - block.length)
    if (number >= size || -number > size) return args.fail('the block has no such host', 1)
    return toStringValue(formatAddress(block.address + (number < 0n ? size + number : number), block.bits))
  }),
  cidrnetmask: takes(1, 1, (args) => {
    const { length, bits } = parseBlock(args, 0)
    if (bits !== 32) return args.fail('only blocks of IPv4 have a netmask', 0)
    return toStringValue(formatAddress(maskOf(length, bits), bits))
  }),
  cidrsubnet: takes(3, 3, (args) => {
    const block = parseBlock(args, 0)
    const length = lengthen(args, block, 1)
    const number = BigInt(args.whole(2))
    if (number < 0n || number >= 1n << BigInt(length - block.length)) return args.fail('there is no such subnet', 2)
    return toBlock({ ...block, address: block.address + (number << BigInt(block.bits - length)), length })
  }),
  cidrsubnets: takes(1, MANY, (args) => {
    const block = parseBlock(args, 0)
    const end = block.address + (1n << BigInt(block.bits - block.length))
    let next = block.address
    const items = args.all.slice(1).map((_, index) => {
      const length = lengthen(args, block, index + 1)
      if (length === block.length) return args.fail('a subnet is smaller than its block', index + 1)
      const size = 1n << BigInt(block.bits - length)
      const address = ((next + size - 1n) / size) * size
      next = address + size
      return next > end
        ? args.fail('the block has no space left for it', index + 1)
        : toBlock({ ...block, address, length })
    })
    return { kind: 'list', items }
  }),
}

const maskOf = (length: number, bits: number): bigint => ((1n << BigInt(length)) - 1n) << BigInt(bits - length)

function parseBlock(args: Arguments, index: number): Block {
  const [, address = '', digits = ''] = /^([\d.a-f:]+)\/(\d{1,3})$/i.exec(args.text(index)) ?? []
  const bits = isIPv4(address) ? 32 : 128
  const length = Number(digits)
  if (digits === '' || length > bits || (bits === 128 && !isIPv6(address))) {
    return args.fail('this is not a block of addresses, such as 10.0.0.0/8', index)
  }
  const number = bits === 32 ? toNumber(address.split('.'), 8) : parseIPv6(address)
  return { address: number & maskOf(length, bits), length, bits }
}

const toNumber = (parts: readonly string[], bits: number, radix = 10): bigint =>
  parts.reduce((number, part) => (number << BigInt(bits)) + BigInt(Number.parseInt(part, radix)), 0n)

/** `::` stands for as many zeros as are missing; the end may be written as IPv4. */
function parseIPv6(text: string): bigint {
  const plain = text.replace(/(\d+)\.(\d+)\.(\d+)\.(\d+)$/, (ipv4) => {
    const number = toNumber(ipv4.split('.'), 8)
    return `${(number >> 16n).toString(16)}:${(number & 0xffffn).toString(16)}`
  })
  const [before = '', after] = plain.split('::')
  const groups = (part: string): string[] => (part === '' ? [] : part.split(':'))
  const end = groups(after ?? '')
  const zeros = after === undefined ? 0 : 8 - groups(before).length - end.length
  return toNumber([...groups(before), ...Array.from({ length: zeros }, () => '0'), ...end], 16, 16)
}

function lengthen(args: Arguments, { length, bits }: Block, index: number): number {
  const made = length + args.whole(index)
  if (made < length || made > bits) return args.fail(`a prefix of ${made} bits cannot be`, index)
  return made
}

const toBlock = ({ address, length, bits }: Block): Value => toStringValue(`${formatAddress(address, bits)}/${length}`)

function formatAddress(address: bigint, bits: 32 | 128): string {
  if (bits === 32) return [24n, 16n, 8n, 0n].map((shift) => (address >> shift) & 0xffn).join('.')
  const groups = Array.from({ length: 8 }, (_, index) => ((address >> BigInt(112 - 16 * index)) & 0xffffn).toString(16))
  // As the standard writes addresses: the first of the longest rows of zeros is left out.
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1)
}
