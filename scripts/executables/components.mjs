/** What an executable consists of: as a bill of materials (CycloneDX), and as the text of all licenses. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { toolOf } from './tool.mjs'

const LICENSE_FILE = /^(licen[cs]e|notice|copying)/i

/**
 * The packages of which something is in the bundle, each with its folder, in order.
 * @param {readonly string[]} sources files that were bundled
 */
export function findPackages(sources) {
  const folders = sources.filter((file) => file.includes('/node_modules/') && !file.startsWith('\0')).map(folderOf)
  return [...new Set(folders)]
    .map((folder) => ({ folder, manifest: JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) }))
    .toSorted((a, b) => (a.manifest.name < b.manifest.name ? -1 : 1))
}

/** The folder of the package that a file belongs to: the nearest one that has a name and a version. */
function folderOf(file) {
  for (let folder = dirname(file); ; folder = dirname(folder)) {
    const manifest = join(folder, 'package.json')
    if (existsSync(manifest) && JSON.parse(readFileSync(manifest, 'utf8')).version !== undefined) return folder
  }
}

/**
 * @param own the package.json of this project
 * @param packages as {@link findPackages} gives them
 * @param runtime the Node.js of the executable
 * @param {{ sha256: string, date: Date, target: string }} made the bundle's hash, and when its commit was made
 */
export function toBillOfMaterials(own, packages, runtime, { sha256, date, target }) {
  const { Contrib, Enums, Models, Serialize, Spec } = toolOf('@cyclonedx/cyclonedx-library')
  const { PackageURL } = toolOf('packageurl-js')
  const licenses = new Contrib.License.Factories.LicenseFactory(toolOf('spdx-expression-parse'))
  const builder = new Contrib.FromNodePackageJson.Builders.ComponentBuilder(
    new Contrib.FromNodePackageJson.Factories.ExternalReferenceFactory(),
    licenses,
  )
  const toComponent = (manifest, type = Enums.ComponentType.Library) => {
    const component = builder.makeComponent(manifest, type)
    const [, scope, name] = /^(?:(@[^/]+)\/)?(.*)$/.exec(manifest.name)
    component.purl = new PackageURL('npm', scope, name, manifest.version).toString()
    component.bomRef.value = component.purl
    return component
  }
  const command = toComponent(own, Enums.ComponentType.Application)
  command.properties.add(new Models.Property('talos-image:target', target))
  command.properties.add(new Models.Property('talos-image:bundle-sha256', sha256))
  const node = toComponent({ name: 'node', version: runtime.version, license: 'MIT' }, Enums.ComponentType.Platform)
  node.purl = new PackageURL('generic', undefined, 'node', runtime.version).toString()
  node.bomRef.value = node.purl
  const bom = new Models.Bom()
  bom.metadata.component = command
  bom.metadata.timestamp = date
  for (const component of [node, ...packages.map(({ manifest }) => toComponent(manifest))]) {
    bom.components.add(component)
    command.dependencies.add(component.bomRef)
  }
  const serializer = new Serialize.JsonSerializer(new Serialize.JSON.Normalize.Factory(Spec.Spec1dot6))
  return `${serializer.serialize(bom, { sortLists: true, space: 2 })}\n`
}

/** The texts of all licenses, which their owners want to go with every copy. */
export function toLicenseTexts(packages, runtime) {
  const texts = packages.flatMap(({ folder, manifest }) => {
    const files = readdirSync(folder).filter((name) => LICENSE_FILE.test(name))
    const title = `${manifest.name} ${manifest.version} (${manifest.license})`
    return [title, ...files.toSorted().map((file) => readFileSync(join(folder, file), 'utf8').trim())]
  })
  const node = [`Node.js ${runtime.version}, and what is part of it`, readFileSync(runtime.license, 'utf8').trim()]
  return `${[...texts, ...node].join('\n\n')}\n`
}
