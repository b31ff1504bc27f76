/** The command for Terraform's `external` data source, as commander knows it. */

import type { Command } from 'commander'
import type { Io } from './io.ts'

/** Adds it to the program; `onExit` gets its exit code. */
export function addExternalCommand(program: Command, io: Io, onExit: (code: number) => void): void {
  program
    .command('external')
    .description("Answer Terraform's external data source: which snapshot it is. Makes nothing.")
    .option('--sandbox', 'an emulated cloud on this computer; no account')
    .option('--factory-url <url>', 'Image Factory (TALOS_IMAGE_FACTORY_URL)')
    .addHelpText(
      'after',
      `
Reads a query on standard input, a JSON object of text:
  architecture   arm or x86
  role           such as worker; none, or left out: generic images
  selector       a Hetzner label selector, in the place of a role
  talos_version  a whole version, such as v1.13.9; left out: the newest snapshot

Prints one JSON object of text: image_id, selector, architecture, role,
talos_version, schematic, installer, description, created, disk_gb.
Whatever is wrong is said on standard error, and the exit code is 1.

Examples:
  $ echo '{"architecture": "x86"}' | talos-image external
  $ echo '{"architecture": "arm", "role": "worker"}' | talos-image external`,
    )
    .action(async (flags) => onExit(await (await import('./commands/external.ts')).runExternal(io, flags)))
}
