/** What the emulated cloud knows of a machine; each kind of machine is one implementation. */

import type { Architecture } from '../domain.ts'

/** What a machine is made of. It outlives being switched off and on. */
export interface MachineSpec {
  /** The server's ID in the emulated cloud. */
  readonly id: number
  /** The server's name, which becomes the host name of its installed system. */
  readonly name: string
  readonly architecture: Architecture
  /** The machine's own loopback address (IPv4). */
  readonly address: string
  readonly sshPort: number
  /** Where Talos answers, when it is what the machine runs: what port 50000 is in the real cloud. */
  readonly talosPort: number
  /** Absolute path of the raw disk file, which the machine sees as /dev/sda. */
  readonly diskFile: string
}

/** The Talos on a disk, as far as it matters to what boots it. */
export interface InstalledTalos {
  /** With its `v`. */
  readonly version: string
  readonly schematicId: string
  /** Such as `siderolabs/iscsi-tools`. */
  readonly extensions: readonly string[]
  readonly architecture: Architecture
  /** As Talos names it: `hcloud`. */
  readonly platform: string
  /** How it answers on port 50000: whether it tells its version, or wants a client certificate. */
  readonly answers: 'version' | 'unimplemented' | 'configured'
  /** Whether it boots on a server of its architecture. */
  readonly boots: boolean
}

/** Which system a machine boots, and who may log in to it as root. */
export interface BootTarget {
  readonly system: 'rescue' | 'disk'
  /** OpenSSH public key lines. */
  readonly authorizedKeys: readonly string[]
  /** Its hash stands in /etc/shadow; empty: root has none. */
  readonly rootPassword: string
  /** The loopback addresses (IPv4) where its SSH server listens; the machine's own alone unless told. */
  readonly addresses?: readonly string[]
  /** The port of its SSH server; the machine's own unless told. */
  readonly sshPort?: number
  /** How much later than usual SSH answers, in milliseconds. */
  readonly sshDelayMs?: number
  /** What is on the disk that it boots, when that is Talos. */
  readonly talos?: InstalledTalos | undefined
  /** The loopback addresses (IPv4) where Talos answers; the machine's own alone unless told. */
  readonly talosAddresses?: readonly string[]
}

/** What a disk must hold so that machines boot from it. Absolute paths of files. */
export interface BootSystem {
  /** Another one for other contents. */
  readonly id: string
  /** The size of the file system. */
  readonly bytes: number
  /** A FAT file system with kernel and system: for the partition BOOT with GRUB, else for the EFI partition. */
  readonly fileSystem: string
  /** The boot loader that a BIOS starts: the first sector, and what goes to the BIOS partition. */
  readonly grub?: { readonly first: string; readonly rest: string }
}

export interface Machine {
  readonly spec: MachineSpec
  /** Whether the machine has power. */
  readonly running: boolean
  /**
   * Switches the machine on; resolves once it has power, before the system has booted.
   * Does nothing when it already runs.
   * @throws SandboxError `sandbox` when the machine cannot be started or cannot be isolated from the host
   */
  powerOn(target: BootTarget): Promise<void>
  /** Takes the power away: every process in it ends, /tmp and /root are lost, the disk stays. Never fails. */
  powerOff(): Promise<void>
}

export interface MachineKind {
  readonly name: string
  /** What they are, for people: a sentence or two; may say more after `check`. */
  readonly note?: string | undefined
  /** What disks that are to boot must hold; left out by machines that boot no disks. */
  bootSystem?(architecture: Architecture): Promise<BootSystem>
  /**
   * Proves that machines of this kind can run here.
   * @throws SandboxError `sandbox` that says what is missing and what to do
   */
  check(): Promise<void>
  create(spec: MachineSpec): Machine
}
