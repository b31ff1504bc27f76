/** A program that keeps a sandbox without machines running. It is given a folder for its state. */

import { startSandbox } from '../../src/index.ts'

const [, , stateDir = ''] = process.argv
const { endpoint, attached } = await startSandbox({ stateDir, machines: 'none' })
process.stdout.write(`${JSON.stringify({ endpoint, attached })}\n`)
process.stdin.resume()
