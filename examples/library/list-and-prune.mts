// Lists the project's Talos snapshots, and keeps the newest two of each kind. Needs HCLOUD_TOKEN; deletes with --yes only.
import { createHetznerClient, listSnapshots, type PruneDecision, pruneSnapshots } from 'talos-image'

const { HCLOUD_TOKEN: token = '', HCLOUD_ENDPOINT } = process.env
const hetzner = createHetznerClient({ token, endpoint: HCLOUD_ENDPOINT })

for (const { id, description, created, image_size } of await listSnapshots(hetzner)) {
  console.log(`${id}  ${created}  ${image_size} GB  ${description}`)
}
const dryRun = !process.argv.includes('--yes')
const decisions: readonly PruneDecision[] = await pruneSnapshots(hetzner, { keep: 2, dryRun })
for (const { snapshot, goes, reason } of decisions) {
  console.log(`${snapshot.id} ${goes ? (dryRun ? 'would go' : 'is gone') : 'stays'}: ${reason}`)
}
