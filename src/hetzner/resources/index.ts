/** The kinds of resources that a client knows, a file and a line each. */

export { catalogueClient as catalogue } from './catalogue.ts'
export { firewallsClient as firewalls } from './firewalls.ts'
export { imagesClient as images } from './images.ts'
export { networksClient as networks } from './networks.ts'
export { primaryIpsClient as primaryIps } from './primary-ips.ts'
export { serversClient as servers } from './servers.ts'
export { sshKeysClient as sshKeys } from './ssh-keys.ts'
