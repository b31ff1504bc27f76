/** Actions that make another server of a server: its type, its image, its backups. */

import { rm, stat, truncate } from 'node:fs/promises'
import * as v from 'valibot'
import { atEnd } from '../../action-engine.ts'
import type { CloudContext } from '../../context.ts'
import { ApiFault, isProtected } from '../../errors.ts'
import type { ResourceOptions } from '../../resource.ts'
import { requireUnlocked } from '../../row-actions.ts'
import { type CatalogueServerType, findServerType, isAvailable } from '../server-types.ts'
import { diskBytesOf, diskOf, makeDisk, requireImage } from './disk.ts'
import { chooseImage } from './order.ts'
import { IdOrName } from './order-schema.ts'
import { boot } from './power.ts'
import { createPassword, requireStopped, type Server, servers, startServerAction } from './server.ts'

const TypeInput = v.object({ server_type: IdOrName, upgrade_disk: v.boolean('Not a valid boolean.') })

export const changeActions: ResourceOptions<Server>['actions'] = {
  /** Assumed: the server stays off, as clients expect that start it themselves. */
  async change_type(server, { cloud, body }) {
    const { server_type, upgrade_disk } = await body(TypeInput)
    const type = requireType(cloud, server, server_type)
    requireStopped(cloud, server)
    const work = atEnd(async () => {
      server.diskGb = upgrade_disk ? type.disk : diskOf(server)
      server.serverType = type.name
      const file = servers.diskFile(cloud.store, server.id)
      const bytes = diskBytesOf(cloud, server)
      if ((await stat(file)).size < bytes) await truncate(file, bytes)
    })
    return { action: startServerAction(cloud, server, { command: 'change_server_type', work }) }
  },
  async rebuild(server, { cloud, project, body }) {
    const { image: wanted } = await body(v.object({ image: IdOrName }))
    if (server.protection.rebuild) throw isProtected('server')
    requireUnlocked(cloud, servers.ref(server))
    const image = chooseImage(cloud, project, wanted, typeOf(server))
    const rootPassword = createPassword()
    const work = atEnd(async () => {
      requireImage(cloud, image.id)
      const wasOn = cloud.machines.isOn(server.id)
      await cloud.machines.off(server.id)
      Object.assign(server, { image: image.id, osFlavor: image.osFlavor, osVersion: image.osVersion, rootPassword })
      server.status = 'off'
      await rm(servers.diskFile(cloud.store, server.id), { force: true })
      await makeDisk(cloud, server)
      if (wasOn) await boot(cloud, server)
    })
    const action = startServerAction(cloud, server, { command: 'rebuild_server', work })
    return { action, root_password: server.authorizedKeys.length === 0 ? rootPassword : null }
  },
  enable_backup: backupAction('enable_backup', true),
  disable_backup: backupAction('disable_backup', false),
}

function backupAction(command: string, backups: boolean) {
  return (server: Server, { cloud }: { readonly cloud: CloudContext }) => {
    const work = atEnd(() => {
      server.backups = backups
    })
    return { action: startServerAction(cloud, server, { command, work }) }
  }
}

/** The server's type, with the disk that it has. */
function typeOf(server: Server): CatalogueServerType {
  const type = findServerType(server.serverType)
  if (type === undefined) throw new ApiFault(422, 'invalid_input', `server type '${server.serverType}' not found`)
  return { ...type, disk: diskOf(server) }
}

/** @throws ApiFault 422, 412 unless the server can have this type */
function requireType({ options }: CloudContext, server: Server, wanted: string | number): CatalogueServerType {
  const type = findServerType(wanted)
  const isOffered = type?.locations.some(({ name }) => name === server.location) === true
  if (type === undefined || !isOffered || type.architecture !== typeOf(server).architecture) {
    throw new ApiFault(422, 'invalid_server_type', `server type '${wanted}' does not fit the server`)
  }
  if (type.disk < diskOf(server)) {
    throw new ApiFault(422, 'invalid_server_type', `the disk of server type '${type.name}' is too small`)
  }
  if (isAvailable(type, server.location, options)) return type
  throw new ApiFault(412, 'resource_unavailable', `server type ${type.name} is currently unavailable`)
}
