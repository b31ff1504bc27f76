export { type TestSandbox, testSandbox } from '../../packages/hcloud-sandbox/test/support/sandbox.ts'
