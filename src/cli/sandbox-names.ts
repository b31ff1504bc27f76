/** What the sandbox of `hcloud-sandbox` is called when this command starts it, and where it keeps things. */
export const SANDBOX_NAMES = {
  command: 'talos-image sandbox',
  variables: 'TALOS_IMAGE_SANDBOX',
  stateFolder: 'talos-image/sandbox',
  cacheFolder: 'talos-image',
  note: 'Commands with --sandbox use it while it runs.',
} as const
