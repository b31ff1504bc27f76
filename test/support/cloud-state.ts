/** The state file of a sandbox's cloud, as far as tests look into it. */

import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import * as v from 'valibot'

const Resource = v.looseObject({ id: v.number(), labels: v.record(v.string(), v.string()) })
const Image = v.looseObject({ ...Resource.entries, description: v.string(), architecture: v.string() })
const CloudState = v.looseObject({
  servers: v.array(Resource),
  sshKeys: v.array(Resource),
  images: v.array(Image),
  primaryIps: v.optional(v.array(Resource), []),
})
export type CloudState = v.InferOutput<typeof CloudState>
export type StoredImage = v.InferOutput<typeof Image>

/** @param stateDir of the sandbox; without a state file nothing was ever made in it */
export async function readCloudState(stateDir: string): Promise<CloudState> {
  const text = await readFile(join(stateDir, 'cloud', 'cloud.json'), 'utf8').catch(() => undefined)
  return text === undefined
    ? { servers: [], sshKeys: [], images: [], primaryIps: [] }
    : v.parse(CloudState, JSON.parse(text))
}
