/** How long each action takes. */

import type { LatencyProfile } from './options.ts'

/**
 * Milliseconds by command. Typical for small servers; the real ones vary from day to day.
 * What a machine does by itself (booting) comes on top.
 */
const REALISTIC: Readonly<Record<string, number>> = {
  create_server: 8_000,
  start_server: 2_000,
  stop_server: 2_000,
  shutdown_server: 5_000,
  reboot_server: 3_000,
  reset_server: 2_000,
  enable_rescue: 1_500,
  disable_rescue: 1_500,
  create_image: 40_000,
  delete_server: 2_000,
  change_protection: 300,
  attach_to_network: 2_000,
  add_subnet: 300,
  add_route: 300,
  apply_firewall: 1_000,
  remove_firewall: 1_000,
  set_firewall_rules: 300,
}

/** The commands of all actions that the sandbox has. */
export const ACTION_COMMANDS: readonly string[] = Object.keys(REALISTIC)

/** Milliseconds that an action with this command takes. */
export function actionLatencyMs(profile: LatencyProfile, command: string): number {
  return profile === 'instant' ? 0 : (REALISTIC[command] ?? 1_000)
}
